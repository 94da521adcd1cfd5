-- The report's date cannot be read as a day; an empty one is profile.missing's.
SELECT _file, _sheet, _row, 'content' AS "column", content AS value, item
FROM profile
WHERE item = '填报日期' AND content IS NOT NULL AND sf_day(content) IS NULL
