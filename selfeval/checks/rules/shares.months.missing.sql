-- Told only of months that the payments reach, so that a check in mid-season does not speak of months to come.
WITH owed AS (
    SELECT CAST(right("month", 2) AS INTEGER) AS month, sum(task) AS task FROM tasks GROUP BY ALL HAVING sum(task) > 0
),
done AS (
    SELECT DISTINCT month("time") AS month FROM shares_by_month
),
missing AS (
    SELECT list(month ORDER BY month) AS months, sum(task) AS task
    FROM owed WHERE month NOT IN (SELECT month FROM done) AND month <= (SELECT max(month(paid_on)) FROM payments)
)
SELECT place._file, place._sheet, CAST(NULL AS BIGINT) AS _row, 'time' AS "column", NULL AS value,
    array_to_string(m.months, '、') AS months, m.task
FROM missing m CROSS JOIN (SELECT min(_file) AS _file, min(_sheet) AS _sheet FROM shares_by_month) place
WHERE len(m.months) > 0
