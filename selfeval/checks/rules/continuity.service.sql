-- Last year end stands in two workbooks: this year's, to compare with, and last year's own.
WITH told AS (
    SELECT * FROM service WHERE regexp_extract(sheet, '(20\d\d)', 1) = CAST($year - 1 AS VARCHAR)
),
filed AS (
    SELECT * FROM before_service WHERE regexp_extract(sheet, '(20\d\d)', 1) = CAST($year - 1 AS VARCHAR)
),
figures AS (
    SELECT _file, _sheet, _row, county, 'people' AS "column", '服务群众数' AS label, CAST(people AS DECIMAL(24, 2)) AS figure FROM told
    UNION ALL
    SELECT _file, _sheet, _row, county, 'volume', '服务量', volume FROM told
    UNION ALL
    SELECT _file, _sheet, _row, county, 'coverage', '精准科普覆盖率', coverage FROM told
    UNION ALL
    SELECT _file, _sheet, _row, county, 'per_capita', '人均科普服务量', per_capita FROM told
),
earlier AS (
    SELECT county, unnest(['people', 'volume', 'coverage', 'per_capita']) AS "column",
        unnest([CAST(people AS DECIMAL(24, 2)), volume, coverage, per_capita]) AS figure
    FROM filed
)
SELECT f._file, f._sheet, f._row, f."column", f.county, f.label, f.figure AS value, e.figure AS expected, $year - 1 AS before
FROM figures f JOIN earlier e ON e.county = f.county AND e."column" = f."column"
WHERE f.figure <> e.figure
