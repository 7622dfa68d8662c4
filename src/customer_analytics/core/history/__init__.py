"""Metrics of a run, and their differences from the metrics of earlier runs."""
