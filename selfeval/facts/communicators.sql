/*
needs = ["communicators"]

[[fact]]
id = "communicators.count"
name = "科普传播员人数"
binding = "科普传播员人数"
unit = "人"
definition = "科普员名册中不重复的科普员编号数"
rows = { communicators = "true" }

[[fact]]
id = "communicators.villages"
name = "配备科普传播员的村（社区）数"
unit = "个"
definition = "科普员名册中不重复的行政村（社区）数"
rows = { communicators = "true" }
*/
WITH final AS (
    SELECT 'communicators.count' AS id, count(DISTINCT communicator_id) AS value FROM communicators
    UNION ALL
    SELECT 'communicators.villages', count(DISTINCT village) FROM communicators
)
SELECT id, value, NULL AS divisor, NULL AS project, NULL AS label FROM final ORDER BY id
