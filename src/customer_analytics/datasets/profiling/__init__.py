"""Datasets that work in separate processes: the profile of a sample and trials of chunk sizes."""
