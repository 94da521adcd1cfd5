/*
needs = ["final_accounts"]

[[fact]]
id = "finance.income_total"
name = "本年收入合计"
unit = "元"
definition = "收入支出决算总表中的本年收入合计"
rows = { final_accounts = "side = 'income' AND item = '本年收入合计'" }

[[fact]]
id = "finance.expenditure_total"
name = "本年支出合计"
unit = "元"
definition = "收入支出决算总表中的本年支出合计"
rows = { final_accounts = "side = 'expenditure' AND item = '本年支出合计'" }

[[fact]]
id = "finance.carryover"
name = "年末结转和结余"
unit = "元"
definition = "收入支出决算总表中的年末结转和结余"
rows = { final_accounts = "side = 'expenditure' AND item LIKE '年末结转%'" }

[[fact]]
id = "finance.carry_in"
name = "年初结转和结余"
unit = "元"
definition = "收入支出决算总表中的年初结转和结余"
rows = { final_accounts = "side = 'income' AND item LIKE '年初结转%'" }

[[fact]]
id = "finance.income.{item}"
name = "{item}"
unit = "元"
definition = "收入支出决算总表收入方中的“{item}”"
rows = { final_accounts = "side = 'income' AND item = {item}" }

[[fact]]
id = "finance.expenditure.{item}"
name = "{item}"
unit = "元"
definition = "收入支出决算总表支出方中的“{item}”"
rows = { final_accounts = "side = 'expenditure' AND item = {item}" }
*/
WITH lines AS (
    SELECT side, item, amount FROM final_accounts
),
named AS (
    SELECT 'finance.income_total' AS id, amount AS value FROM lines WHERE side = 'income' AND item = '本年收入合计'
    UNION ALL
    SELECT 'finance.expenditure_total', amount FROM lines WHERE side = 'expenditure' AND item = '本年支出合计'
    UNION ALL
    SELECT 'finance.carryover', sum(amount) FROM lines WHERE side = 'expenditure' AND item LIKE '年末结转%' HAVING count(*) > 0
    UNION ALL
    SELECT 'finance.carry_in', sum(amount) FROM lines WHERE side = 'income' AND item LIKE '年初结转%' HAVING count(*) > 0
),
sources AS (
    SELECT 'finance.' || side || '.' || item AS id, amount AS value FROM lines
    WHERE item NOT LIKE '%合计' AND item NOT LIKE '%总计' AND item NOT LIKE '年初结转%' AND item NOT LIKE '年末结转%' AND amount <> 0
),
final AS (
    SELECT * FROM named
    UNION ALL
    SELECT * FROM sources
)
SELECT id, value, NULL AS divisor, NULL AS project, NULL AS label FROM final ORDER BY id
