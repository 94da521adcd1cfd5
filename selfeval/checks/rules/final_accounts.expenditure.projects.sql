-- Within half the last printed digit of the coarser table, a term: the projects and the total.
-- Where a project's 支出数 cannot be read, its own row says so.
WITH projects AS (
    SELECT sum(paid) AS paid, count(*) AS projects, max(paid__unit) AS unit,
        bool_or(paid IS NULL OR coalesce(regexp_matches(_out, 'budget\.(paid|project_code|columns|shifted|conflict|quote|json)|source\.'), false)) AS doubtful
    FROM budget_read WHERE _out IS NULL OR NOT regexp_matches(_out, '^budget\.duplicate$')
)
SELECT f._file, f._sheet, f._row, 'amount' AS "column", f.amount AS value, p.projects, p.paid AS expected,
    f.amount - p.paid AS difference, CAST(greatest(f.amount__unit, p.unit) * (p.projects + 1) / 2 AS DECIMAL(18, 2)) AS slack,
    CASE WHEN f.amount <> 0 AND (abs(f.amount * 10000 - p.paid) <= f.amount__unit * 10000 OR abs(f.amount - p.paid * 10000) <= p.unit * 10000)
        THEN '，正好相差一万倍，可能混用了万元和元' ELSE '' END AS hint
FROM final_accounts f CROSS JOIN projects p
WHERE f.side = 'expenditure' AND f.item = '本年支出合计' AND NOT p.doubtful
    AND abs(f.amount - p.paid) > CASE WHEN greatest(f.amount__unit, p.unit) > 0.01
        THEN greatest(f.amount__unit, p.unit) * (p.projects + 1) / 2 ELSE 0 END
