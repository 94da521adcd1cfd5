/*
needs = ["contests"]

[[fact]]
id = "contests.count"
name = "赛事活动数"
unit = "次"
definition = "赛事活动台账的行数"
rows = { contests = "true" }
*/
SELECT 'contests.count' AS id, count(*) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM contests
