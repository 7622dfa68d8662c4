"""Drift detection: finds whether a delivery differs from earlier ones, in which columns and countries, and how much."""
