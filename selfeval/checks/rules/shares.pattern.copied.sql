-- A person's month that is another month, or another person's, over again: the same days, times of day and contents.
WITH timed AS (
    SELECT _file, _sheet, _row, communicator_id AS person, month(time) AS month, time, content_id,
        day(time) AS day, CAST(time AS TIME) AS clock
    FROM shares WHERE CAST(time AS TIME) <> TIME '00:00:00'
),
months AS (
    SELECT person, month, count(*) AS n FROM timed GROUP BY ALL
),
repeated AS (
    SELECT day, clock, content_id FROM timed GROUP BY ALL HAVING count(DISTINCT (person, month)) > 1
),
suspects AS (
    SELECT t.* FROM timed t JOIN repeated USING (day, clock, content_id)
),
pairs AS (
    SELECT a.person AS from_person, a.month AS from_month, b.person, b.month, count(DISTINCT (b._file, b._row)) AS same
    FROM suspects a JOIN suspects b USING (day, clock, content_id)
    WHERE (a.month, a.person) < (b.month, b.person)
    GROUP BY ALL
),
copies AS (
    SELECT p.person, p.month, p.same, p.from_person, p.from_month
    FROM pairs p JOIN months m ON m.person = p.person AND m.month = p.month
        JOIN months f ON f.person = p.from_person AND f.month = p.from_month
    WHERE p.same >= $share_copied AND p.same >= CAST($share_copied_part AS DECIMAL(9, 4)) * least(m.n, f.n)
    QUALIFY row_number() OVER (PARTITION BY p.person, p.month ORDER BY p.same DESC, p.from_month, p.from_person) = 1
)
SELECT b._file, b._sheet, min(b._row) AS _row, 'time' AS "column", min(b.time) AS value, c.person AS communicator_id, c.month,
    c.from_person, c.from_month, list(DISTINCT b._row) AS _rows
FROM copies c JOIN suspects b ON b.person = c.person AND b.month = c.month
    JOIN suspects a ON a.person = c.from_person AND a.month = c.from_month AND a.day = b.day AND a.clock = b.clock AND a.content_id = b.content_id
GROUP BY b._file, b._sheet, c.person, c.month, c.from_person, c.from_month
