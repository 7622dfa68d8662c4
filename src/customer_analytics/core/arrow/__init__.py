"""Conversions between pandas, NumPy and Arrow, and operations on text columns."""
