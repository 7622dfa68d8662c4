"""Generate synthetic deliveries: realistic purchases with faults and duplicates, and the correct counts of them."""
