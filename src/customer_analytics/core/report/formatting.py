"""Format numbers and names for readers of the report."""

from decimal import Decimal

import pandas as pd

from customer_analytics.core.display import make_visible, shorten

NO_VALUE = "\u2013"
MAX_NAME_CHARS = 80
"""Maximum number of characters of a name from the data, such as a category; longer names are cut."""

_MIN_SHARE = 0.0001
_KILO = 1000
_MINUTE_S = 60


def count(number: float) -> str:
    """Format a count with thousands separators (``1,000,000``); NaN gives a dash."""
    return NO_VALUE if pd.isna(number) else f"{number:,.0f}"


def minor_money(minor_units: int, decimals: int) -> str:
    """Format an integer of minor units (cents) as an exact amount in major units: ``71,070,860.14``."""
    return f"{Decimal(minor_units).scaleb(-decimals):,f}"


def money(amount: float, decimals: int) -> str:
    """Format an amount in major units (``1,025.50``); NaN gives a dash."""
    return NO_VALUE if pd.isna(amount) else f"{amount:,.{decimals}f}"


def share(part: float, whole: float) -> str:
    """Format ``part / whole`` in percent (``3.15 %``).

    A share between 0 and 0.01 % becomes ``< 0.01 %``; ``0.00 %`` always means exactly 0. If ``whole`` is 0, the result
    is a dash.
    """
    if not whole:
        return NO_VALUE
    if 0 < abs(part / whole) < _MIN_SHARE:
        return "< 0.01 %"
    return f"{part / whole:.2%}".replace("%", " %")


def size(size_bytes: float) -> str:
    """Format a number of bytes in bytes, kB, MB or GB (powers of 1,000): ``90.7 MB``."""
    scaled = size_bytes
    for unit in ("bytes", "kB", "MB"):
        if abs(scaled) < _KILO:
            return f"{scaled:,.0f} {unit}" if unit == "bytes" else f"{scaled:,.1f} {unit}"
        scaled /= _KILO
    return f"{scaled:,.2f} GB"


def duration(seconds: float) -> str:
    """Format a number of seconds as ``8.1 s`` or ``2 min 43 s``; NaN gives a dash."""
    if pd.isna(seconds):
        return NO_VALUE
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    return f"{seconds // _MINUTE_S:,.0f} min {seconds % _MINUTE_S:.0f} s"


def plural(number: int, singular: str, plural_form: str = "") -> str:
    """Format a number with its noun (``1 row``, ``2 rows``); without ``plural_form``, the plural ends in s."""
    return f"{number:,} {singular if number == 1 else plural_form or f'{singular}s'}"


def name(text: object) -> str:
    """Format a name from the data: make control characters visible; cut a long name and append its original length."""
    visible_name = make_visible(str(text))
    if len(visible_name) <= MAX_NAME_CHARS:
        return visible_name
    return f"{shorten(visible_name, MAX_NAME_CHARS)} ({len(visible_name):,} characters)"
