/*
needs = ["studios"]

[[fact]]
id = "studios.count"
name = "科创工作室数"
binding = "科创工作室数"
unit = "家"
definition = "科创工作室台账中不重复的名称数"
rows = { studios = "true" }
*/
SELECT 'studios.count' AS id, count(DISTINCT studio) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM studios
