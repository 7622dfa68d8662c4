"""Distances between distributions, significance and noise."""
