"""Collects the metrics of a run, and compares them with the metrics of earlier runs."""
