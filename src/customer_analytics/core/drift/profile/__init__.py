"""The profile of a delivery: exact counts per window and value, as a mergeable partial state."""
