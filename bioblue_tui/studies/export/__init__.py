"""What a study came to, for others: tables, a data dictionary, a method sheet, the records."""
