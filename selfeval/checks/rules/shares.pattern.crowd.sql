-- Everybody in one second: written by a program, not by hands.
WITH timed AS (
    SELECT * FROM shares
    WHERE CAST(time AS TIME) <> TIME '00:00:00' AND (SELECT bool_or(second(time) <> 0) FROM shares)
),
crowded AS (
    SELECT time, count(*) AS n FROM timed GROUP BY time
    HAVING count(*) >= $share_second_all AND count(DISTINCT communicator_id) >= $share_second_own
)
SELECT s._file, s._sheet, min(s._row) AS _row, 'time' AS "column", min(s.time) AS value, max(c.n) AS most,
    count(DISTINCT s.time) AS seconds, list(s._row) AS _rows
FROM timed s JOIN crowded c USING (time)
GROUP BY s._file, s._sheet
