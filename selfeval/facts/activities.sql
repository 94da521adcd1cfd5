/*
needs = ["activities"]

[[fact]]
id = "activities.sessions"
name = "科普活动场次"
unit = "场次"
definition = "科普活动台账的场次之和"
rows = { activities = "true" }

[[fact]]
id = "activities.materials"
name = "发放资料份数"
unit = "份"
definition = "科普活动台账的发放资料之和"
rows = { activities = "true" }

[[fact]]
id = "activities.bags"
name = "赠送环保手提袋个数"
unit = "个"
definition = "科普活动台账的环保手提袋之和"
rows = { activities = "true" }

[[fact]]
id = "activities.consultations"
name = "咨询服务人次"
unit = "人次"
definition = "科普活动台账的咨询服务之和"
rows = { activities = "true" }
*/
WITH final AS (
    SELECT 'activities.sessions' AS id, coalesce(sum(sessions), 0) AS value FROM activities
    UNION ALL
    SELECT 'activities.materials', coalesce(sum(materials), 0) FROM activities
    UNION ALL
    SELECT 'activities.bags', coalesce(sum(bags), 0) FROM activities
    UNION ALL
    SELECT 'activities.consultations', coalesce(sum(consultations), 0) FROM activities
)
SELECT id, value, NULL AS divisor, NULL AS project, NULL AS label FROM final ORDER BY id
