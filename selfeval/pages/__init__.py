"""Pages for clerks and operators: the findings of a unit, the index of a year. The report itself is not here."""
