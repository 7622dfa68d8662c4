"""Findings: one module per kind of column or measure."""
