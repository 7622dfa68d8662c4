"""Exact, mergeable statistics and the tables that follow from them."""
