"""From a purchases CSV to tables and drift verdicts in which every row is accounted for."""

__version__ = "0.1.0"
