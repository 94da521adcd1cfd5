-- Both figures are cumulative: they do not fall from one year end to the next.
WITH by_year AS (
    SELECT *, CAST(regexp_extract(sheet, '(20\d\d)', 1) AS INTEGER) AS year FROM service
),
figures AS (
    SELECT _file, _sheet, _row, county, year, 'people' AS "column", '服务群众数' AS label, people AS figure FROM by_year
    UNION ALL
    SELECT _file, _sheet, _row, county, year, 'volume', '服务量', volume FROM by_year
)
SELECT n._file, n._sheet, n._row, n."column", n.county, n.label, n.figure AS value, b.figure AS before
FROM figures n JOIN figures b ON b.county = n.county AND b.year = n.year - 1 AND b."column" = n."column"
WHERE n.figure < b.figure
