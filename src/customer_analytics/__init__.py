"""Cleans a CSV of purchases, aggregates it and checks it for drift; a ledger accounts for every row."""

from customer_analytics.machine_code import use_cache

__version__ = "0.1.0"

use_cache()
