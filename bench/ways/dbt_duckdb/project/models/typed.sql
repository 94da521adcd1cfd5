SELECT row_number() OVER () + 1 AS line, *,
    try_strptime(time_text, '%Y-%m-%d %H:%M:%S') AS time, TRY_CAST(reads_text AS BIGINT) AS reads
FROM (
    SELECT "分享时间" AS time_text, "科普员编号" AS communicator_id, "姓名" AS name, "行政村（社区）" AS village,
        "内容编号" AS content_id, "内容标题" AS title, "渠道" AS channel, "阅读数" AS reads_text
    FROM read_csv('{{ var("log") }}', all_varchar = true, header = true)
)
