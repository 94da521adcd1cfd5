-- Each row with the faults of its cells.
SELECT *, list_filter([
    CASE WHEN time IS NULL THEN 'time.type' END,
    CASE WHEN year(time) <> {{ var("year") }} THEN 'time.range' END,
    CASE WHEN communicator_id IS NULL THEN 'communicator_id.required' END,
    CASE WHEN NOT regexp_matches(communicator_id, '{{ var("id") }}') THEN 'communicator_id.format' END,
    CASE WHEN channel IS NULL OR channel NOT IN ({{ var("channels") }}) THEN 'channel.domain' END,
    CASE WHEN reads IS NULL THEN 'reads.type' END,
    CASE WHEN reads < 0 THEN 'reads.range' END
], lambda fault: fault IS NOT NULL) AS faults
FROM {{ ref("typed") }}
