-- Each project's payments add up to its 支出数, to the cent; told at the 支出数, with the rows it rests on.
-- A payment set aside for its amount, its project or its shape is told at its own row, and may be the whole gap; one
-- set aside for another fault (a date, a 科目) counts here.
WITH known AS (
    SELECT *, _out IS NOT NULL AND NOT regexp_matches(_out, '^payments\.(duplicate|failed)$') AS bad,
        coalesce(regexp_matches(_out, 'payments\.(amount|project_code|columns|quote|json|shifted|conflict)|source\.'), false) AS doubtful
    FROM payments_read
),
paid AS (
    SELECT project_code, count(*) FILTER (WHERE _out IS NULL) AS payments,
        coalesce(sum(amount) FILTER (WHERE _out IS NULL), 0) AS counted,
        coalesce(sum(amount) FILTER (WHERE _out IS NULL OR bad), 0) AS everything,
        list({'file': _file, 'row': _row}) FILTER (WHERE _out IS NULL) AS places,
        string_agg(_row, '、' ORDER BY _row) FILTER (WHERE _out IS NULL AND amount <> 0 AND abs(amount) < 100) AS small
    FROM known GROUP BY ALL
),
doubted AS (
    -- A row whose project cannot be told may belong to any.
    SELECT CASE WHEN project_code IN (SELECT project_code FROM budget) THEN project_code END AS project_code
    FROM known WHERE doubtful
)
SELECT b._file, b._sheet, b._row, 'paid' AS "column", b.project_name, b.paid AS value,
    coalesce(p.payments, 0) AS payments, coalesce(p.counted, 0) AS total, b.paid - coalesce(p.counted, 0) AS difference,
    -- Each payment in 万元 to two decimals may be rounded by 50 元.
    CASE WHEN b.paid <> 0 AND p.counted <> 0 AND (abs(b.paid * 10000 - p.counted) <= 50 OR abs(b.paid - p.counted * 10000) <= 50 * p.payments)
        THEN '，正好相差一万倍，可能混用了万元和元'
        -- An amount in 万元 is short by 9,999 times itself, so are several together; which ones they are is not sure here.
        WHEN p.small IS NOT NULL AND (b.paid - p.counted) * 100 % 9999 = 0
        THEN '，可能有几笔把万元填成了元，请先核对第' || p.small || '行' ELSE '' END AS hint,
    coalesce(p.places, []) AS places
FROM budget b LEFT JOIN paid p USING (project_code)
WHERE abs(b.paid - coalesce(p.counted, 0)) > b.paid__slack
    AND abs(b.paid - coalesce(p.everything, 0)) > b.paid__slack
    AND NOT EXISTS (SELECT 1 FROM doubted d WHERE d.project_code IS NULL OR d.project_code = b.project_code)
