SELECT strftime(time, '%m') AS month, count(*) AS shares, CAST(sum(reads) AS BIGINT) AS reads
FROM {{ ref("accepted") }} GROUP BY ALL
