SELECT _file, _sheet, _row, 'budget_final' AS "column", project_name, budget_initial, adjustment,
    budget_final AS value, budget_initial + adjustment AS expected, budget_initial + adjustment - budget_final AS difference
FROM budget WHERE abs(budget_initial + adjustment - budget_final) > CASE WHEN budget_final__unit > 0.01 THEN budget_final__unit * 1.5 ELSE 0 END
