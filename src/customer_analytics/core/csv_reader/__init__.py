"""CSV reader: splits bytes into records, and records into the fields of text columns."""
