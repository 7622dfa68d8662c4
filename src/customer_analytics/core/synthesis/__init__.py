"""Generate synthetic deliveries with faults and duplicates, and count what a correct run must find in them."""
