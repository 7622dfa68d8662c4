"""Comparisons of two profiles: one module per kind of column or measure."""
