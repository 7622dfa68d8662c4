"""CSV reader: splits bytes into records and fields, and returns text columns."""
