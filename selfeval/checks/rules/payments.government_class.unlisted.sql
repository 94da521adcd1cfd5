-- One finding a code, at its first row.
SELECT _file, any_value(_sheet) AS _sheet, min(_row) AS _row, 'government_class' AS "column", government_class AS value, count(*) AS count
FROM payments WHERE government_class NOT IN (SELECT code FROM _subjects WHERE list = '政府经济分类')
GROUP BY _file, government_class
