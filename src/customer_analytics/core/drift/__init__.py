"""Drift: did this delivery change in a way that matters, where, since when, and by how much money?"""
