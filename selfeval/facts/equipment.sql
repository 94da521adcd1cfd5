/*
needs = ["equipment"]

[[fact]]
id = "equipment.kinds"
name = "维护设备种类数"
binding = "维护设备种类数"
unit = "种"
definition = "设备维护台账中不重复的设备种类数"
rows = { equipment = "true" }
*/
SELECT 'equipment.kinds' AS id, count(DISTINCT kind) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM equipment
