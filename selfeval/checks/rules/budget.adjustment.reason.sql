SELECT _file, _sheet, _row, 'adjustment' AS "column", project_name, adjustment AS value
FROM budget WHERE adjustment <> 0
    AND NOT EXISTS (SELECT 1 FROM notes WHERE chapter LIKE '%调整%' AND content IS NOT NULL)
