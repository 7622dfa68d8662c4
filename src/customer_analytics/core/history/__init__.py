"""Metrics of a run, and how they differ from those of earlier runs."""
