-- Told only of months that the payments reach, so that a check in mid-season does not speak of months to come; and not
-- where a payment is set aside, which would itself be the gap.
WITH lines AS (
    SELECT unnest([6, 9, 11]) AS month, unnest([$progress_june, $progress_september, $progress_november]) AS line
    UNION ALL
    SELECT unnest([4, 8, 10]), unnest([$monitoring_april, $monitoring_august, $monitoring_october])
    WHERE $year >= $monitoring_year
),
total AS (
    SELECT sum(budget_final) AS budget FROM budget
),
place AS (
    SELECT min(_file) AS _file, min(_sheet) AS _sheet, max(month(paid_on)) AS last FROM payments
),
reached AS (
    SELECT l.month, any_value(CAST(l.line AS DECIMAL(9, 4))) AS line, coalesce(sum(p.amount), 0) AS paid
    FROM lines l LEFT JOIN payments p ON month(p.paid_on) <= l.month
    GROUP BY l.month
)
SELECT place._file, place._sheet, CAST(NULL AS BIGINT) AS _row, 'amount' AS "column", r.month, NULL AS value,
    CAST(r.paid * 100 / total.budget AS DECIMAL(12, 2)) AS rate, CAST(r.line * 100 AS DECIMAL(12, 2)) AS line
FROM reached r CROSS JOIN total CROSS JOIN place
WHERE total.budget > 0 AND r.month <= place.last AND r.paid < r.line * total.budget
    AND NOT EXISTS (SELECT 1 FROM payments_read WHERE _out IS NOT NULL AND NOT regexp_matches(_out, '^payments\.(duplicate|failed)$'))
