-- A number that last year belonged to somebody else in another village; names are compared as they are masked.
SELECT n._file, n._sheet, n._row, 'communicator_id' AS "column", n.communicator_id AS value, n.village AS village,
    b.village AS village_before, $year - 1 AS before
FROM communicators n JOIN before_communicators b USING (communicator_id)
WHERE n.name <> b.name AND n.village <> b.village
