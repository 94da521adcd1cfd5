WITH wanted AS (
    SELECT unnest(['本年收入合计', '本年支出合计']) AS item
),
place AS (
    SELECT any_value(_file) AS _file, any_value(_sheet) AS _sheet, max(_row) AS _row FROM final_accounts
)
SELECT place._file, place._sheet, place._row, 'item' AS "column", w.item, NULL AS value
FROM wanted w CROSS JOIN place
WHERE w.item NOT IN (SELECT item FROM final_accounts_read WHERE item IS NOT NULL) AND place._file IS NOT NULL
