-- A row of 单位信息 without which no report can be written is absent or empty.
WITH place AS (
    SELECT _file, _sheet, min(_row) AS first_row FROM profile GROUP BY ALL
)
SELECT place._file, place._sheet, coalesce(p._row, place.first_row) AS _row, 'content' AS "column", n.item, NULL AS value
FROM _profile_needed n CROSS JOIN place LEFT JOIN profile_read p ON p.item = n.item
WHERE p.content IS NULL AND p._out IS NULL
