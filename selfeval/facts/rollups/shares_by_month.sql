/*
of = "shares"
*/
SELECT communicator_id, date_trunc('month', "time") AS "time", count(*) AS _rows, min(_row) AS _first,
    sum(reads) AS reads
FROM shares GROUP BY ALL
