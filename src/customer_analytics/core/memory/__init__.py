"""Measure the memory of tables and runs: find smaller data types without loss, and a chunk size for a budget."""
