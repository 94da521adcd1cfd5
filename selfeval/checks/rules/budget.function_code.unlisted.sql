-- The first three digits are the 类: below one that is listed each department has codes of its own.
SELECT _file, _sheet, _row, 'function_code' AS "column", function_code AS value
FROM budget WHERE left(function_code, 3) NOT IN (SELECT code FROM _subjects WHERE list = '功能分类')
