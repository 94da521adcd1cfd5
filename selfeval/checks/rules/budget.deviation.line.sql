WITH totals AS (
    SELECT min(_file) AS _file, min(_sheet) AS _sheet, sum(budget_initial) AS initial, sum(budget_final) AS final FROM budget
)
SELECT _file, _sheet, CAST(NULL AS BIGINT) AS _row, 'budget_final' AS "column", final AS value, initial,
    CAST(abs(final - initial) * 100 / initial AS DECIMAL(12, 2)) AS deviation, CAST($deviation_line AS DECIMAL(9, 2)) * 100 AS line
FROM totals
WHERE initial > 0 AND abs(final - initial) >= CAST($deviation_line AS DECIMAL(9, 4)) * initial
    AND NOT EXISTS (SELECT 1 FROM budget_read WHERE _out IS NOT NULL AND _out <> 'budget.duplicate')
