-- The declaration names another unit or year than the folder it lies in.
WITH expected AS (
    SELECT '单位编码' AS item, $unit AS expected
    UNION ALL
    SELECT '年度', CAST($year AS VARCHAR)
)
SELECT p._file, p._sheet, p._row, 'content' AS "column", p.content AS value, p.item, e.expected
FROM profile p JOIN expected e ON e.item = p.item
WHERE p.content IS NOT NULL AND regexp_replace(sf_half(p.content), '年度?$', '') <> e.expected
