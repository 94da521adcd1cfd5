/*
needs = ["indicators"]

[[fact]]
id = "indicators.rows"
name = "绩效指标条数"
unit = "条"
definition = "绩效指标表中的指标行数"
rows = { indicators = "true" }
*/
SELECT 'indicators.rows' AS id, count(*) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM indicators
