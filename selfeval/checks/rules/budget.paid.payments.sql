-- Each project's payments add up to its 支出数, to the cent; told at the 支出数, with the rows it rests on.
WITH paid AS (
    SELECT project_code, count(*) AS payments, sum(amount) AS total, list(_row ORDER BY _file, _row) AS rows
    FROM payments GROUP BY ALL
)
SELECT b._file, b._sheet, b._row, 'paid' AS "column", b.project_name, b.paid AS value,
    coalesce(p.payments, 0) AS payments, coalesce(p.total, 0) AS total, b.paid - coalesce(p.total, 0) AS difference,
    coalesce(array_to_string(p.rows[:200], '、') || CASE WHEN len(p.rows) > 200 THEN '等' ELSE '' END, '无') AS rows
FROM budget b LEFT JOIN paid p USING (project_code)
WHERE abs(b.paid - coalesce(p.total, 0)) > CASE WHEN b.paid__unit > 0.01 THEN b.paid__unit / 2 ELSE 0 END
