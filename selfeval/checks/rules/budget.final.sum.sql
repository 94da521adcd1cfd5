SELECT _file, _sheet, _row, 'budget_final' AS "column", project_name, budget_initial, adjustment,
    budget_final AS value, budget_initial + adjustment AS expected, budget_initial + adjustment - budget_final AS difference
FROM budget
WHERE abs(budget_initial + adjustment - budget_final) > budget_initial__slack + adjustment__slack + budget_final__slack
