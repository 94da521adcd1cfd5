/*
needs = ["staff"]

[[fact]]
id = "staff.quota"
name = "编制人数"
unit = "名"
definition = "人员编制表中的人数之和"
rows = { staff = "true" }
*/
SELECT 'staff.quota' AS id, sum(quota) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM staff
