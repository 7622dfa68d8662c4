"""Statistics that drift is measured with: distances, significance and noise."""
