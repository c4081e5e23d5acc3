"""The results of a study, for others: tables, a data dictionary, a method sheet, the records."""
