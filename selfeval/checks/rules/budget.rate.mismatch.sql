-- A printed rate may be rounded to a whole percent; more than half a percent off is wrong. One printed as a ratio
-- (0.98, or 1) is as good.
SELECT _file, _sheet, _row, 'rate' AS "column", project_name, CAST(rate AS DECIMAL(12, 2)) AS value,
    CAST(paid * 100 / budget_final AS DECIMAL(12, 2)) AS expected
FROM budget WHERE budget_final > 0 AND rate IS NOT NULL AND abs(rate * budget_final - paid * 100) > budget_final * 0.5
    AND abs(rate * 100 * budget_final - paid * 100) > budget_final * 0.5
