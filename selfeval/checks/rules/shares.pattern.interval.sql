-- A script that shares every so many seconds. Gaps of nothing are the rule of one second's business, long ones habit.
WITH gaps AS (
    SELECT _file, _sheet, _row, communicator_id, time, epoch(time) - epoch(lag(time) OVER person) AS gap,
        row_number() OVER person AS n
    FROM shares WINDOW person AS (PARTITION BY communicator_id ORDER BY time, _file, _row)
),
runs AS (
    SELECT *, n - row_number() OVER (PARTITION BY communicator_id, gap ORDER BY n) AS island
    FROM gaps WHERE gap > 0 AND gap <= 3600
),
long AS (
    SELECT communicator_id, gap, island, min(n) - 1 AS first, max(n) AS last
    FROM runs GROUP BY ALL HAVING count(*) >= CAST($share_interval AS INTEGER) - 1
)
SELECT g._file, g._sheet, min(g._row) AS _row, 'time' AS "column", min(g.time) AS value, g.communicator_id,
    CAST(min(l.gap) AS BIGINT) AS seconds, list(DISTINCT g._row) AS _rows
FROM gaps g JOIN long l ON l.communicator_id = g.communicator_id AND g.n BETWEEN l.first AND l.last
GROUP BY g._file, g._sheet, g.communicator_id
