SELECT t._file, t._sheet, t._row, 'task' AS "column", t.number AS value
FROM work_tasks t
WHERE NOT EXISTS (SELECT 1 FROM work_done_read d WHERE d.number = t.number AND (d.done IS NOT NULL OR d._out IS NOT NULL))
