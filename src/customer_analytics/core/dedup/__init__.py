"""Find duplicates: valid rows whose ``purchase_id`` occurs in an earlier valid row."""
