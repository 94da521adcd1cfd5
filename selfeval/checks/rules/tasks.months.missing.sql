-- Not where a task is set aside, which would itself be the gap.
WITH owed AS (
    SELECT DISTINCT CAST(right("month", 2) AS INTEGER) AS month FROM tasks
),
done AS (
    SELECT month("time") AS month, sum(_rows) AS shares FROM shares_by_month GROUP BY ALL
),
missing AS (
    SELECT list(month ORDER BY month) AS months, sum(shares) AS shares
    FROM done WHERE month NOT IN (SELECT month FROM owed)
)
SELECT place._file, place._sheet, CAST(NULL AS BIGINT) AS _row, 'month' AS "column", NULL AS value,
    array_to_string(m.months, '、') AS months, m.shares
FROM missing m CROSS JOIN (SELECT min(_file) AS _file, min(_sheet) AS _sheet FROM tasks) place
WHERE len(m.months) > 0
    AND NOT EXISTS (SELECT 1 FROM tasks_read WHERE _out IS NOT NULL AND _out <> 'tasks.duplicate')
