"""Chunks of a table: the protocol, its local implementation, hash partitioning and spill."""
