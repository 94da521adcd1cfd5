SELECT i._file, i._sheet, i._row, 'amount' AS "column", i.amount AS value, e.amount AS expected, i.amount - e.amount AS difference
FROM final_accounts i JOIN final_accounts e ON e.item IN ('总计', '合计') AND e.side = 'expenditure'
WHERE i.side = 'income' AND i.item IN ('总计', '合计')
    AND abs(i.amount - e.amount) > CASE WHEN i.amount__unit > 0.01 THEN i.amount__unit ELSE 0 END
