-- A row that is one of so many within a few minutes: it closes such a run, or one of those after it does.
WITH busy AS (
    SELECT communicator_id, CAST(time AS DATE) AS day FROM shares WHERE CAST(time AS TIME) <> TIME '00:00:00'
    GROUP BY ALL HAVING count(*) >= $share_burst
),
timed AS (
    SELECT s._file, s._sheet, s._row, s.communicator_id, s.time, busy.day
    FROM shares s JOIN busy ON busy.communicator_id = s.communicator_id AND busy.day = CAST(s.time AS DATE)
    WHERE CAST(s.time AS TIME) <> TIME '00:00:00'
),
closing AS (
    SELECT *, time - lag(time, CAST($share_burst AS INTEGER) - 1) OVER run <= to_minutes($share_minutes) AS closes
    FROM timed WINDOW run AS (PARTITION BY communicator_id, day ORDER BY time, _file, _row)
),
within AS (
    SELECT *, bool_or(closes) OVER (PARTITION BY communicator_id, day ORDER BY time, _file, _row
        ROWS BETWEEN CURRENT ROW AND CAST($share_burst AS INTEGER) - 1 FOLLOWING) AS inside
    FROM closing
)
SELECT _file, _sheet, min(_row) AS _row, 'time' AS "column", min(time) AS value, communicator_id, list(_row) AS _rows
FROM within WHERE inside
GROUP BY _file, _sheet, communicator_id
