WITH named AS (
    SELECT
        max(amount) FILTER (WHERE side = 'income' AND item = '本年收入合计') AS income,
        coalesce(sum(amount) FILTER (WHERE side = 'income' AND (item LIKE '年初结转%' OR item LIKE '使用非财政拨款%')), 0) AS carry_in,
        max(amount) FILTER (WHERE side = 'expenditure' AND item = '本年支出合计') AS expenditure,
        coalesce(sum(amount) FILTER (WHERE side = 'expenditure' AND item LIKE '结余分配%'), 0) AS distributed
    FROM final_accounts
)
SELECT f._file, f._sheet, f._row, 'amount' AS "column", f.amount AS value, n.income, n.carry_in, n.expenditure,
    n.income + n.carry_in - n.expenditure - n.distributed AS expected,
    n.income + n.carry_in - n.expenditure - n.distributed - f.amount AS difference
FROM final_accounts f CROSS JOIN named n
WHERE f.side = 'expenditure' AND f.item LIKE '年末结转%'
    AND abs(n.income + n.carry_in - n.expenditure - n.distributed - f.amount)
        > CASE WHEN f.amount__unit > 0.01 THEN f.amount__unit * 2 ELSE 0 END
