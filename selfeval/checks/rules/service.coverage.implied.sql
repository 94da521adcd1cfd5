SELECT _file, _sheet, _row, 'coverage' AS "column", county, CAST(coverage AS DECIMAL(12, 2)) AS value,
    CAST(CAST(people AS DECIMAL(24, 4)) * 100 / population AS DECIMAL(12, 2)) AS expected
FROM service WHERE population > 0 AND abs(coverage * population - people * 100) > population * 0.015
