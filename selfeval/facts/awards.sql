/*
needs = ["awards"]

[[fact]]
id = "awards.outstanding_workers"
name = "优秀科技工作者人数"
unit = "人"
definition = "表彰获奖台账中名称为优秀科技工作者的行数"
rows = { awards = "award = '优秀科技工作者'" }
*/
SELECT 'awards.outstanding_workers' AS id, count(*) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM awards WHERE award = '优秀科技工作者'
