"""Datasets that measure in processes of their own: the data profile and trials of chunk sizes."""
