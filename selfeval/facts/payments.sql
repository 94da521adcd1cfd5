/*
needs = ["payments", "budget"]

[[fact]]
id = "project.{project}.use.{use}"
name = "{label}用于{use}"
unit = "元"
definition = "支付明细中该项目用途为“{use}”的金额之和"
rows = { payments = "project_code = {project} AND \"use\" = {use}" }

[[fact]]
id = "project.{project}.last_payment_date"
name = "项目最后支付日期"
binding = "项目最后支付日期"
unit = "日期"
definition = "支付明细中该项目最晚的支付日期"
rows = { payments = "project_code = {project}" }

[[fact]]
id = "finance.progress_{month}"
name = "截至{label}月底的支出进度"
unit = "比率"
definition = "截至该月底的支付金额之和÷全年预算总额"
rows = { payments = "month(paid_on) <= CAST({month} AS INTEGER)", budget = "true" }
*/
WITH projects AS (
    SELECT project_code AS project, project_name AS label, budget_final FROM budget
),
uses AS (
    SELECT
        'project.' || p.project_code || '.use.' || p.use AS id,
        CAST(sum(p.amount) AS VARCHAR) AS value,
        NULL AS divisor,
        p.project_code AS project,
        any_value(projects.label) AS label
    FROM payments p JOIN projects ON projects.project = p.project_code
    GROUP BY p.project_code, p.use
),
last_dates AS (
    SELECT
        'project.' || project_code || '.last_payment_date' AS id,
        CAST(max(paid_on) AS VARCHAR) AS value,
        NULL AS divisor,
        project_code AS project,
        NULL AS label
    FROM payments WHERE amount > 0
    GROUP BY project_code
),
months AS (
    SELECT unnest([6, 9, 11]) AS month
),
progress AS (
    SELECT
        'finance.progress_' || lpad(CAST(months.month AS VARCHAR), 2, '0') AS id,
        CAST(coalesce(sum(p.amount), 0) AS VARCHAR) AS value,
        (SELECT sum(budget_final) FROM projects) AS divisor,
        NULL AS project,
        CAST(months.month AS VARCHAR) AS label
    FROM months LEFT JOIN payments p ON month(p.paid_on) <= months.month
    GROUP BY months.month
),
final AS (
    SELECT * FROM uses
    UNION ALL
    SELECT * FROM last_dates
    UNION ALL
    SELECT * FROM progress
)
SELECT id, value, divisor, project, label FROM final ORDER BY id
