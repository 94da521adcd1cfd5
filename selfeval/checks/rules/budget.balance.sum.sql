SELECT _file, _sheet, _row, 'balance' AS "column", project_name, budget_final, paid,
    balance AS value, budget_final - paid AS expected, budget_final - paid - balance AS difference
FROM budget WHERE abs(budget_final - paid - balance) > CASE WHEN balance__unit > 0.01 THEN balance__unit * 1.5 ELSE 0 END
