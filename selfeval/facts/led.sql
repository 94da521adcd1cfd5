/*
needs = ["led"]

[[fact]]
id = "publicity.led_issues"
name = "LED播放期数"
unit = "期"
definition = "LED播放台账的行数"
rows = { led = "true" }
*/
SELECT 'publicity.led_issues' AS id, count(*) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM led
