SELECT n._file, n._sheet, n._row, 'project_name' AS "column", n.project_code, n.project_name AS value,
    b.project_name AS expected, $year - 1 AS before
FROM budget n JOIN before_budget b USING (project_code) WHERE n.project_name <> b.project_name
