/*
needs = ["service", "profile"]

[[fact]]
id = "service.people_added"
name = "服务群众新增数"
binding = "服务群众新增数"
unit = "人"
definition = "本县服务群众数，本年末减上年末"
rows = { service = "county = (SELECT content FROM profile WHERE item = '行政区划')" }

[[fact]]
id = "service.volume_added"
name = "服务量新增"
binding = "服务量新增"
unit = "次"
definition = "本县服务量，本年末减上年末"
rows = { service = "county = (SELECT content FROM profile WHERE item = '行政区划')" }

[[fact]]
id = "service.coverage_gain"
name = "覆盖率提升"
binding = "覆盖率提升"
unit = "百分点"
definition = "本县精准科普覆盖率（按表列数），本年末减上年末"
rows = { service = "county = (SELECT content FROM profile WHERE item = '行政区划')" }

[[fact]]
id = "service.coverage_growth"
name = "覆盖率涨幅"
unit = "比率"
definition = "覆盖率提升÷上年末精准科普覆盖率"
rows = { service = "county = (SELECT content FROM profile WHERE item = '行政区划')" }

[[fact]]
id = "service.coverage_gain_rank"
name = "覆盖率提升在全市的位次"
unit = "名次"
definition = "本县覆盖率提升在全市各县（市、区）中由大到小的位次"
rows = { service = "true" }

[[fact]]
id = "service.per_capita_gain"
name = "人均科普服务量新增"
unit = "次"
definition = "本县人均科普服务量，本年末减上年末"
rows = { service = "county = (SELECT content FROM profile WHERE item = '行政区划')" }

[[fact]]
id = "service.per_capita_rank"
name = "人均科普服务量在全市的位次"
unit = "名次"
definition = "本年末人均科普服务量在全市各县（市、区）中由大到小的位次"
rows = { service = "true" }

[[fact]]
id = "service.per_capita_rank_before"
name = "上年末人均科普服务量在全市的位次"
unit = "名次"
definition = "上年末人均科普服务量在全市各县（市、区）中由大到小的位次"
rows = { service = "true" }

[[fact]]
id = "service.counties"
name = "全市县（市、区）数"
unit = "个"
definition = "本年末统计表中的县（市、区）数"
rows = { service = "true" }
*/
WITH by_year AS (
    SELECT CAST(regexp_extract(sheet, '(20\d\d)', 1) AS INTEGER) AS year, county, people, volume, coverage, per_capita
    FROM service
),
compared AS (
    SELECT
        now.county,
        now.people - before.people AS people_added,
        now.volume - before.volume AS volume_added,
        now.coverage - before.coverage AS coverage_gain,
        before.coverage AS coverage_before,
        rank() OVER (ORDER BY now.coverage - before.coverage DESC) AS coverage_gain_rank,
        now.per_capita - before.per_capita AS per_capita_gain,
        rank() OVER (ORDER BY now.per_capita DESC) AS per_capita_rank,
        rank() OVER (ORDER BY before.per_capita DESC) AS per_capita_rank_before,
        count(*) OVER () AS counties
    FROM by_year now JOIN by_year before ON before.county = now.county AND before.year = now.year - 1
    WHERE now.year = $year
),
own AS (
    SELECT * FROM compared WHERE county = (SELECT content FROM profile WHERE item = '行政区划')
),
final AS (
    SELECT 'service.people_added' AS id, CAST(people_added AS DECIMAL(24, 8)) AS value, NULL AS divisor FROM own
    UNION ALL
    SELECT 'service.volume_added', volume_added, NULL FROM own
    UNION ALL
    SELECT 'service.coverage_gain', coverage_gain, NULL FROM own
    UNION ALL
    SELECT 'service.coverage_growth', coverage_gain, coverage_before FROM own
    UNION ALL
    SELECT 'service.coverage_gain_rank', coverage_gain_rank, NULL FROM own
    UNION ALL
    SELECT 'service.per_capita_gain', per_capita_gain, NULL FROM own
    UNION ALL
    SELECT 'service.per_capita_rank', per_capita_rank, NULL FROM own
    UNION ALL
    SELECT 'service.per_capita_rank_before', per_capita_rank_before, NULL FROM own
    UNION ALL
    SELECT 'service.counties', counties, NULL FROM own
)
SELECT id, value, divisor, NULL AS project, NULL AS label FROM final ORDER BY id
