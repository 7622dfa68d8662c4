"""The summary report: what a run comes to, as one page."""
