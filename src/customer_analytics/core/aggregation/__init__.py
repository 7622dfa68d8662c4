"""Exact, mergeable statistics of purchases, and the tables computed from them."""
