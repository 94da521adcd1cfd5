WITH kept AS (
    SELECT count(*) AS before, count(*) FILTER (WHERE communicator_id IN (SELECT communicator_id FROM communicators_read WHERE communicator_id IS NOT NULL)) AS kept
    FROM before_communicators
),
place AS (
    SELECT min(_file) AS _file, min(_sheet) AS _sheet FROM communicators
)
SELECT place._file, place._sheet, CAST(NULL AS BIGINT) AS _row, 'communicator_id' AS "column", NULL AS value, before, kept,
    before - kept AS gone, $year - 1 AS last
FROM kept CROSS JOIN place
WHERE before >= 10 AND before - kept > CAST($turnover AS DECIMAL(9, 4)) * before AND place._file IS NOT NULL
