"""The ledger of a run: how many rows, and how much money, ended as clean, quarantined or duplicate."""
