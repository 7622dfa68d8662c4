"""Statistics that measure drift: distances, significance and noise."""
