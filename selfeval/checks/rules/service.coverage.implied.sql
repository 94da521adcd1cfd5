-- Printed to so many decimals, a rate may be off by one and a half of its last digit (rounded or cut off).
WITH printed AS (
    SELECT *, CASE WHEN bool_and(coverage = round(coverage, 0)) OVER sheet_of THEN 1.5
        WHEN bool_and(coverage = round(coverage, 1)) OVER sheet_of THEN 0.15 ELSE 0.015 END AS tolerance
    FROM service WINDOW sheet_of AS (PARTITION BY _file, sheet)
)
SELECT _file, _sheet, _row, 'coverage' AS "column", county, CAST(coverage AS DECIMAL(12, 2)) AS value, people, population,
    CAST(CAST(people AS DECIMAL(24, 4)) * 100 / population AS DECIMAL(12, 2)) AS expected
FROM printed WHERE population > 0 AND abs(coverage * population - people * 100) > population * tolerance
