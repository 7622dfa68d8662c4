"""From CSV bytes to text columns: dialect, header, record boundaries, fields."""
