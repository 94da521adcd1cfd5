-- What last year carried out is what this year carries in.
WITH carried AS (
    SELECT sum(amount) AS amount, max(amount__slack) AS slack FROM before_final_accounts
    WHERE side = 'expenditure' AND item LIKE '年末结转%' HAVING count(*) > 0
)
SELECT f._file, f._sheet, f._row, 'amount' AS "column", f.amount AS value, c.amount AS expected, f.amount - c.amount AS difference,
    $year - 1 AS before
FROM final_accounts f CROSS JOIN carried c
WHERE f.side = 'income' AND f.item LIKE '年初结转%' AND abs(f.amount - c.amount) > f.amount__slack + c.slack
