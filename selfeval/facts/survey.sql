/*
needs = ["survey"]

[[fact]]
id = "satisfaction.rate"
name = "服务对象满意度"
binding = "服务对象满意度"
unit = "比率"
definition = "（满意＋非常满意）÷全部问卷数"
rows = { survey = "true" }

[[fact]]
id = "satisfaction.responses"
name = "满意度问卷份数"
unit = "份"
definition = "计入的满意度问卷数"
rows = { survey = "true" }
*/
WITH counted AS (
    SELECT count(*) AS responses, count(*) FILTER (WHERE rating IN ('满意', '非常满意')) AS satisfied FROM survey
),
final AS (
    SELECT 'satisfaction.rate' AS id, satisfied AS value, responses AS divisor FROM counted
    UNION ALL
    SELECT 'satisfaction.responses', responses, NULL FROM counted
)
SELECT id, value, divisor, NULL AS project, NULL AS label FROM final ORDER BY id
