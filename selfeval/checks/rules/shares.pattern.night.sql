WITH night AS (
    SELECT *, CAST(time AS DATE) AS day FROM shares
    WHERE hour(time) < $share_night_end AND CAST(time AS TIME) <> TIME '00:00:00'
),
crowded AS (
    SELECT communicator_id, day, count(*) AS n FROM night GROUP BY ALL HAVING count(*) >= $share_night
)
SELECT s._file, s._sheet, min(s._row) AS _row, 'time' AS "column", min(s.time) AS value, s.communicator_id,
    count(DISTINCT s.day) AS nights, list(s._row) AS _rows
FROM night s JOIN crowded c USING (communicator_id, day)
GROUP BY s._file, s._sheet, s.communicator_id
