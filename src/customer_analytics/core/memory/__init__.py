"""Memory of tables and of runs: data types without loss, and chunk sizes within a budget."""
