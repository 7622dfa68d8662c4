"""Tables in chunks: the protocol, its implementation on one machine, partitioning, and temporary storage (spill)."""
