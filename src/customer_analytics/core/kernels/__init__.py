"""Loops that several modules share, compiled; importing one brings Numba, which modules for small tables do without."""
