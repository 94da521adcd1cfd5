/*
needs = ["tasks"]

[[fact]]
id = "shares.task_total"
name = "分享任务总数"
unit = "条"
definition = "科普员月任务的任务数之和"
rows = { tasks = "true" }

[[fact]]
id = "shares.task_month.{month}"
name = "{label}月分享任务数"
unit = "条"
definition = "科普员月任务中该月的任务数之和"
rows = { tasks = "right(\"month\", 2) = {month}" }
*/
WITH months AS (
    SELECT right("month", 2) AS month, sum(task) AS task FROM tasks GROUP BY ALL
),
final AS (
    SELECT 'shares.task_total' AS id, sum(task) AS value, NULL AS label FROM months
    UNION ALL
    SELECT 'shares.task_month.' || month, task, ltrim(month, '0') FROM months
)
SELECT id, value, NULL AS divisor, NULL AS project, label FROM final ORDER BY id
