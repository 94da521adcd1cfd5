SELECT _file, _sheet, _row, 'function_code' AS "column", function_code AS value
FROM budget WHERE function_code NOT IN (SELECT code FROM _subjects WHERE list = '功能分类')
