-- One finding a code, at its first row.
SELECT _file, any_value(_sheet) AS _sheet, min(_row) AS _row, 'department_class' AS "column", department_class AS value, count(*) AS count
FROM payments WHERE department_class NOT IN (SELECT code FROM _subjects WHERE list = '部门经济分类')
GROUP BY _file, department_class
