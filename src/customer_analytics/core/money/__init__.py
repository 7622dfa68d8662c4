"""Amounts of money in whole minor units (cents) and their exact sums."""
