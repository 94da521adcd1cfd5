/*
needs = ["awards"]

[[fact]]
id = "awards.outstanding_workers"
name = "优秀科技工作者人数"
unit = "人"
definition = "表彰获奖台账中名称为优秀科技工作者的行数"
rows = { awards = "award = '优秀科技工作者'" }

[[fact]]
id = "awards.rows.{award}"
name = "{award}获奖数"
unit = "个"
definition = "表彰获奖台账中名称为“{award}”的行数"
rows = { awards = "award = {award}" }
*/
WITH final AS (
    SELECT 'awards.outstanding_workers' AS id, count(*) AS value FROM awards WHERE award = '优秀科技工作者'
    UNION ALL
    SELECT 'awards.rows.' || award, count(*) FROM awards GROUP BY award
)
SELECT id, value, NULL AS divisor, NULL AS project, NULL AS label FROM final ORDER BY id
