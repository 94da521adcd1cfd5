-- Everybody in one second: written by a program, not by hands.
WITH timed AS (
    SELECT * FROM shares
    WHERE CAST(time AS TIME) <> TIME '00:00:00' AND (SELECT bool_or(second(time) <> 0) FROM shares)
),
-- Counting persons is long over a whole log: only in seconds that have the rows.
many AS (
    SELECT time, count(*) AS n FROM timed GROUP BY time HAVING count(*) >= $share_second_all
),
crowded AS (
    SELECT time, any_value(many.n) AS n FROM timed JOIN many USING (time) GROUP BY time
    HAVING count(DISTINCT communicator_id) >= $share_second_own
)
SELECT s._file, s._sheet, min(s._row) AS _row, 'time' AS "column", min(s.time) AS value, max(c.n) AS most,
    count(DISTINCT s.time) AS seconds, list(s._row) AS _rows
FROM timed s JOIN crowded c USING (time)
GROUP BY s._file, s._sheet
