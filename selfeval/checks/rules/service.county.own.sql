WITH own AS (
    SELECT content FROM profile WHERE item = '行政区划' AND content IS NOT NULL
)
SELECT s._file, s._sheet, min(s._row) AS _row, 'county' AS "column", own.content AS value, s._sheet AS sheet_name
FROM service_read s CROSS JOIN own
GROUP BY s._file, s._sheet, own.content
HAVING count(*) FILTER (WHERE s.county = own.content) = 0
