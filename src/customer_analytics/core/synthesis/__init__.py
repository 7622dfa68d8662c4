"""Synthetic deliveries: realistic dirty purchases of any size, and the truth about them."""
