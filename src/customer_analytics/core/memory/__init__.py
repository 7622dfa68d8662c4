"""Measure the memory of tables and runs, to find smaller lossless data types and a chunk size that fits a budget."""
