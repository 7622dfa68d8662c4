"""The ledger: where every row and its money went."""
