/*
needs = ["varieties"]

[[fact]]
id = "varieties.count"
name = "推广品种数"
binding = "推广品种数"
unit = "种"
definition = "品种推广台账中不重复的品种名称数"
rows = { varieties = "true" }
*/
SELECT 'varieties.count' AS id, count(DISTINCT variety) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM varieties
