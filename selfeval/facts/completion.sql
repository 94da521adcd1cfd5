/*
needs = ["shares", "tasks"]
uses = ["shares_by_month"]

[[fact]]
id = "shares.completion_rate"
name = "分享任务完成率"
binding = "分享任务完成率"
unit = "比率"
definition = "科普员分享量÷分享任务总数，不封顶"
rows = { shares = "true", tasks = "true" }

[[fact]]
id = "shares.completion_rate_capped"
name = "分享任务完成率（按人按月封顶）"
unit = "比率"
definition = "按人按月取分享数与任务数中较小者相加，再除以分享任务总数，超额部分不互相抵补"
rows = { shares = "true", tasks = "true" }
*/
WITH owed AS (
    SELECT communicator_id, "month", sum(task) AS task FROM tasks GROUP BY ALL
),
done AS (
    SELECT communicator_id, strftime("time", '%Y-%m') AS "month", sum(_rows) AS shares FROM shares_by_month GROUP BY ALL
),
capped AS (
    SELECT
        (SELECT sum(shares) FROM done) AS shares,
        sum(least(coalesce(done.shares, 0), owed.task)) AS capped,
        sum(owed.task) AS task
    FROM owed LEFT JOIN done USING (communicator_id, "month")
),
final AS (
    SELECT 'shares.completion_rate' AS id, shares AS value, task AS divisor FROM capped
    UNION ALL
    SELECT 'shares.completion_rate_capped', capped, task FROM capped
)
SELECT id, value, divisor, NULL AS project, NULL AS label FROM final ORDER BY id
