"""Build the sections of the summary report, one topic per module."""
