"""Datasets that start separate processes: one profiles a sample, the other tries chunk sizes."""
