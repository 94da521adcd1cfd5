-- One person, one second. An export that prints minutes only cannot tell, nor one that prints days only.
WITH timed AS (
    SELECT * FROM shares
    WHERE CAST(time AS TIME) <> TIME '00:00:00' AND (SELECT bool_or(second(time) <> 0) FROM shares)
),
crowded AS (
    SELECT communicator_id, time, count(*) AS n FROM timed GROUP BY ALL HAVING count(*) >= $share_second_own
)
SELECT s._file, s._sheet, min(s._row) AS _row, 'time' AS "column", min(s.time) AS value, s.communicator_id, max(c.n) AS most,
    list(s._row) AS _rows
FROM timed s JOIN crowded c USING (communicator_id, time)
GROUP BY s._file, s._sheet, s.communicator_id
