"""Amounts in whole minor units, exact, and their sums."""
