/*
of = "shares"
*/
SELECT communicator_id, date_trunc('month', "time") AS "time", count(*) AS _rows, sum(reads) AS reads
FROM shares GROUP BY ALL
