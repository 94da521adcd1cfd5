-- The first three digits are the 类, the first five the 款: below a 款 of which no 项 is listed each department has its own.
SELECT _file, _sheet, _row, 'function_code' AS "column", function_code AS value
FROM budget
WHERE function_code NOT IN (SELECT code FROM _subjects WHERE list = '功能分类')
    AND (
        left(function_code, 3) NOT IN (SELECT code FROM _subjects WHERE list = '功能分类')
        OR left(function_code, 5) IN (SELECT left(code, 5) FROM _subjects WHERE list = '功能分类' AND length(code) = 7)
    )
