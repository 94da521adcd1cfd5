WITH by_year AS (
    SELECT *, CAST(regexp_extract(sheet, '(20\d\d)', 1) AS INTEGER) AS year FROM service
)
SELECT n._file, n._sheet, n._row, 'population' AS "column", n.county, n.population AS value, b.population AS before,
    CAST(abs(n.population - b.population) * 100.0 / b.population AS DECIMAL(12, 1)) AS change
FROM by_year n JOIN by_year b ON b.county = n.county AND b.year = n.year - 1
WHERE b.population > 0 AND abs(n.population - b.population) > CAST($population_jump AS DECIMAL(9, 4)) * b.population
