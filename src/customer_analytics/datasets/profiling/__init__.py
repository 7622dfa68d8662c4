"""Datasets that start separate processes: one dataset profiles a sample, the other tries chunk sizes."""
