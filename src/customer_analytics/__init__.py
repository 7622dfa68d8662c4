"""A Kedro project that cleans CSV files of purchases, aggregates them and checks them for drift."""

from customer_analytics.machine_code import use_cache

__version__ = "0.1.0"

use_cache()
