SELECT _file, _sheet, _row, 'people' AS "column", county, people AS value, population
FROM service WHERE people > population
