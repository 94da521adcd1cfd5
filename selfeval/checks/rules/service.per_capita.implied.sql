SELECT _file, _sheet, _row, 'per_capita' AS "column", county, CAST(per_capita AS DECIMAL(12, 2)) AS value,
    CAST(CAST(volume AS DECIMAL(24, 4)) / population AS DECIMAL(12, 2)) AS expected
FROM service WHERE population > 0 AND abs(per_capita * population - volume) > population * 0.015
