"""What frames cost in memory, and what may be saved without losing a value."""
