-- Printed to so many decimals, a figure may be off by one and a half of its last digit (rounded or cut off).
WITH printed AS (
    SELECT *, CASE WHEN bool_and(per_capita = round(per_capita, 0)) OVER sheet_of THEN 1.5
        WHEN bool_and(per_capita = round(per_capita, 1)) OVER sheet_of THEN 0.15 ELSE 0.015 END AS tolerance
    FROM service WINDOW sheet_of AS (PARTITION BY _file, sheet)
)
SELECT _file, _sheet, _row, 'per_capita' AS "column", county, CAST(per_capita AS DECIMAL(12, 2)) AS value, volume, population,
    CAST(CAST(volume AS DECIMAL(24, 4)) / population AS DECIMAL(12, 2)) AS expected
FROM printed WHERE population > 0 AND abs(per_capita * population - volume) > population * tolerance
