"""Duplicates: later rows with the ``purchase_id`` of an earlier valid row."""
