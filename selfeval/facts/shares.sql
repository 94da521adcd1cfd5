/*
needs = ["shares"]
uses = ["shares_by_month"]

[[fact]]
id = "shares.total"
name = "科普员分享量"
unit = "条"
definition = "科普员分享记录中计入的行数"
rows = { shares = "true" }

[[fact]]
id = "shares.reads_total"
name = "分享内容阅读量"
unit = "次"
definition = "计入的分享记录的阅读数之和"
rows = { shares = "true" }

[[fact]]
id = "shares.month.{month}"
name = "{label}月科普员分享量"
unit = "条"
definition = "分享时间在该月的分享记录行数"
rows = { shares = "month(\"time\") = CAST({month} AS INTEGER)" }
*/
WITH months AS (
    SELECT strftime("time", '%m') AS month, sum(_rows) AS shares, sum(reads) AS reads FROM shares_by_month GROUP BY ALL
),
final AS (
    SELECT 'shares.total' AS id, sum(shares) AS value, NULL AS label FROM months
    UNION ALL
    SELECT 'shares.reads_total', sum(reads), NULL FROM months
    UNION ALL
    SELECT 'shares.month.' || month, shares, ltrim(month, '0') FROM months
)
SELECT id, value, NULL AS divisor, NULL AS project, label FROM final ORDER BY id
