/*
needs = ["ranking", "communicators"]

[[fact]]
id = "communicators.top200"
name = "全省前200名人数"
binding = "全省前200名人数"
unit = "人"
definition = "全省科普员综合排名中综合排名不大于200且在本单位名册内的人数"
rows = { ranking = "place <= 200 AND communicator_id IN (SELECT communicator_id FROM communicators)" }

[[fact]]
id = "communicators.province_total"
name = "全省参加排名的科普员人数"
unit = "人"
definition = "全省科普员综合排名的行数"
rows = { ranking = "true" }
*/
WITH final AS (
    SELECT 'communicators.top200' AS id, count(DISTINCT communicator_id) AS value FROM ranking
    WHERE place <= 200 AND communicator_id IN (SELECT communicator_id FROM communicators)
    UNION ALL
    SELECT 'communicators.province_total', count(*) FROM ranking
)
SELECT id, value, NULL AS divisor, NULL AS project, NULL AS label FROM final ORDER BY id
