-- Sound rows that repeat the key of another, or name somebody whom the roster does not have.
WITH sound AS (
    SELECT * FROM {{ ref("cells") }} WHERE len(faults) = 0
),
doubled AS (
    SELECT communicator_id, time, content_id, min(line) AS first,
        count(DISTINCT (name, village, title, channel, reads_text)) = 1 AS same
    FROM sound GROUP BY ALL HAVING count(*) > 1
)
SELECT line, CASE WHEN same THEN 'duplicate' ELSE 'conflict' END AS fault
FROM sound JOIN doubled USING (communicator_id, time, content_id) WHERE NOT same OR line <> first
UNION ALL
SELECT line, 'communicator_id.unknown' FROM sound
WHERE communicator_id NOT IN (SELECT communicator_id FROM read_parquet('{{ var("roster") }}'))
