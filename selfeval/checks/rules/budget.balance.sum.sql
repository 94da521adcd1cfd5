SELECT _file, _sheet, _row, 'balance' AS "column", project_name, budget_final, paid,
    balance AS value, budget_final - paid AS expected, budget_final - paid - balance AS difference
FROM budget WHERE abs(budget_final - paid - balance) > budget_final__slack + paid__slack + balance__slack
