"""Sections of the summary report, one module each."""
