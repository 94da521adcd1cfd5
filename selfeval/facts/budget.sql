/*
needs = ["budget"]

[[fact]]
id = "project.{project}.budget_initial"
name = "{label}年初预算数"
unit = "元"
definition = "指标执行情况表中该项目的年初预算数"
rows = { budget = "project_code = {project}" }

[[fact]]
id = "project.{project}.budget_final"
name = "{label}全年预算数"
unit = "元"
definition = "指标执行情况表中该项目的全年预算数（年初预算数加调整数）"
rows = { budget = "project_code = {project}" }

[[fact]]
id = "project.{project}.paid"
name = "{label}支出数"
unit = "元"
definition = "指标执行情况表中该项目的支出数"
rows = { budget = "project_code = {project}" }

[[fact]]
id = "project.{project}.execution_rate"
name = "{label}预算执行率"
unit = "比率"
definition = "支出数÷全年预算数"
rows = { budget = "project_code = {project}" }

[[fact]]
id = "finance.budget_initial_total"
name = "年初预算总额"
unit = "元"
definition = "各项目年初预算数之和"
rows = { budget = "true" }

[[fact]]
id = "finance.budget_final_total"
name = "全年预算总额"
unit = "元"
definition = "各项目全年预算数之和"
rows = { budget = "true" }

[[fact]]
id = "finance.paid_total"
name = "支出总额"
unit = "元"
definition = "各项目支出数之和"
rows = { budget = "true" }

[[fact]]
id = "finance.execution_rate"
name = "部门预算执行率"
unit = "比率"
definition = "各项目支出数之和÷各项目全年预算数之和"
rows = { budget = "true" }

[[fact]]
id = "finance.category.{category}"
name = "{category}项目支出"
unit = "元"
definition = "项目类别为“{category}”的各项目支出数之和"
rows = { budget = "category = {category}" }

[[fact]]
id = "finance.budget_deviation"
name = "预算偏离度"
unit = "比率"
definition = "全年预算总额与年初预算总额之差的绝对值÷年初预算总额"
rows = { budget = "true" }
*/
WITH projects AS (
    SELECT project_code AS project, project_name AS label, category, budget_initial, budget_final, paid FROM budget
),
totals AS (
    SELECT sum(budget_initial) AS budget_initial, sum(budget_final) AS budget_final, sum(paid) AS paid FROM projects
),
by_project AS (
    SELECT project, label, 'project.' || project || '.budget_initial' AS id, budget_initial AS value, NULL AS divisor FROM projects
    UNION ALL
    SELECT project, label, 'project.' || project || '.budget_final', budget_final, NULL FROM projects
    UNION ALL
    SELECT project, label, 'project.' || project || '.paid', paid, NULL FROM projects
    UNION ALL
    SELECT project, label, 'project.' || project || '.execution_rate', paid, budget_final FROM projects
),
overall AS (
    SELECT NULL AS project, NULL AS label, 'finance.budget_initial_total' AS id, budget_initial AS value, NULL AS divisor FROM totals
    UNION ALL
    SELECT NULL, NULL, 'finance.budget_final_total', budget_final, NULL FROM totals
    UNION ALL
    SELECT NULL, NULL, 'finance.paid_total', paid, NULL FROM totals
    UNION ALL
    SELECT NULL, NULL, 'finance.execution_rate', paid, budget_final FROM totals
    UNION ALL
    SELECT NULL, NULL, 'finance.budget_deviation', abs(budget_final - budget_initial), budget_initial FROM totals
),
categories AS (
    SELECT NULL AS project, NULL AS label, 'finance.category.' || category AS id, sum(paid) AS value, NULL AS divisor
    FROM projects GROUP BY category
),
final AS (
    SELECT * FROM by_project
    UNION ALL
    SELECT * FROM categories
    UNION ALL
    SELECT * FROM overall
)
SELECT id, value, divisor, project, label FROM final ORDER BY id
