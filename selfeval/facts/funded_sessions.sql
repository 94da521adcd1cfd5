/*
needs = ["activities", "budget"]

[[fact]]
id = "project.{project}.funded_sessions"
name = "项目资助科普活动次数"
binding = "项目资助科普活动次数"
unit = "场次"
definition = "科普活动台账中经费来源项目编码为该项目的场次之和"
rows = { activities = "funding_project = {project}" }
*/
WITH funded AS (
    SELECT funding_project AS project, sum(sessions) AS sessions FROM activities GROUP BY ALL
)
SELECT
    'project.' || b.project_code || '.funded_sessions' AS id,
    coalesce(funded.sessions, 0) AS value,
    NULL AS divisor,
    b.project_code AS project,
    NULL AS label
FROM budget b LEFT JOIN funded ON funded.project = b.project_code
WHERE b.category = '特定目标类' OR funded.sessions IS NOT NULL
ORDER BY id
