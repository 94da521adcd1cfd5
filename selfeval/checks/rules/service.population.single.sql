-- Where no population is given, coverage and volume per head each imply one: people ÷ coverage and volume ÷ per head.
-- Each rate is good to one of its last digits, so the two ranges must meet.
WITH implied AS (
    SELECT *, people * 100 / (coverage + 0.01) AS people_low, people * 100 / greatest(coverage - 0.01, 0.0001) AS people_high,
        volume / (per_capita + 0.01) AS volume_low, volume / greatest(per_capita - 0.01, 0.0001) AS volume_high
    FROM service WHERE population IS NULL AND coverage > 0.1 AND per_capita > 0.1
)
SELECT _file, _sheet, _row, 'coverage' AS "column", county, CAST(coverage AS DECIMAL(12, 2)) AS value,
    CAST(round(people * 100 / coverage) AS BIGINT) AS by_people, CAST(round(volume / per_capita) AS BIGINT) AS by_volume
FROM implied WHERE people_low > volume_high OR volume_low > people_high
