-- 本年收入合计 and 本年支出合计 are the sum of the lines above them; indented 其中 lines are parts of a line, not terms.
-- A single amount above a total is rounded as the total is, so they agree; of several, each may be half a digit off.
WITH totals AS (
    SELECT * FROM final_accounts WHERE item IN ('本年收入合计', '本年支出合计')
),
sums AS (
    SELECT t._file, t._row, t.side, sum(f.amount) AS amount, count(*) FILTER (WHERE f.amount <> 0) AS terms,
        bool_or(f._out IS NOT NULL) AS doubtful, list({'item': f.item, 'amount': f.amount}) AS parts
    FROM totals t JOIN final_accounts_read f ON f._file = t._file AND f.side = t.side AND f._row < t._row AND coalesce(f.item, '') NOT LIKE '其中%'
    GROUP BY ALL
)
SELECT t._file, t._sheet, t._row, 'amount' AS "column", t.item, t.amount AS value, s.amount AS expected, s.amount - t.amount AS difference,
    -- One amount alone that, taken ten thousand times larger or smaller, makes the sum come right.
    list_filter(s.parts, lambda p: p.amount <> 0 AND (abs(p.amount * 9999 + s.amount - t.amount) <= 50
        OR (abs(p.amount) >= 10000 AND abs(p.amount * 9999 / 10000 - s.amount + t.amount) <= 0.01))) AS _odd,
    CASE WHEN len(_odd) = 1 THEN '，其中“' || _odd[1].item || '”' || _odd[1].amount || '元可能混用了万元和元' ELSE '' END AS hint
FROM totals t JOIN sums s USING (_file, _row, side)
WHERE NOT s.doubtful AND abs(s.amount - t.amount) > CASE WHEN s.terms > 1 THEN t.amount__slack * (s.terms + 1) ELSE 0 END
