"""Sections of the summary report, one module per section."""
