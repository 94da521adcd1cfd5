WITH wanted AS (
    SELECT unnest([$year - 1, $year]) AS expected
),
there AS (
    SELECT DISTINCT CAST(regexp_extract(sheet, '(20\d\d)', 1) AS INTEGER) AS year FROM service
),
place AS (
    SELECT min(_file) AS _file FROM service
)
SELECT place._file, NULL AS _sheet, CAST(NULL AS BIGINT) AS _row, NULL AS "column", w.expected, NULL AS value
FROM wanted w CROSS JOIN place WHERE w.expected NOT IN (SELECT year FROM there WHERE year IS NOT NULL)
