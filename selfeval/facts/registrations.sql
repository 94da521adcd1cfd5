/*
needs = ["registrations"]

[[fact]]
id = "cloud.workers_registered"
name = "科技工作者注册数"
binding = "科技工作者注册数"
unit = "名"
definition = "注册明细中注册类型为科技工作者的不重复用户编号数"
rows = { registrations = "kind = '科技工作者'" }

[[fact]]
id = "cloud.orgs_registered"
name = "组织机构注册数"
binding = "组织机构注册数"
unit = "户"
definition = "注册明细中注册类型为组织机构的不重复用户编号数"
rows = { registrations = "kind = '组织机构'" }
*/
WITH final AS (
    SELECT 'cloud.workers_registered' AS id, count(DISTINCT user_id) AS value FROM registrations WHERE kind = '科技工作者'
    UNION ALL
    SELECT 'cloud.orgs_registered', count(DISTINCT user_id) FROM registrations WHERE kind = '组织机构'
)
SELECT id, value, NULL AS divisor, NULL AS project, NULL AS label FROM final ORDER BY id
