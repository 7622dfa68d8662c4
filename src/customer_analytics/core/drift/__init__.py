"""Drift: whether a delivery differs from earlier ones, in which column and country, since when, and by how much."""
