/*
needs = ["board"]

[[fact]]
id = "publicity.board_updates"
name = "宣传栏更新期数"
unit = "期"
definition = "宣传栏更新台账的行数"
rows = { board = "true" }
*/
SELECT 'publicity.board_updates' AS id, count(*) AS value, NULL AS divisor, NULL AS project, NULL AS label FROM board
