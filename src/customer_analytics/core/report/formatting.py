"""Figures as people read them: thousands separated, units named, nothing hidden by rounding to zero."""

from decimal import Decimal

import pandas as pd

NOTHING = "\u2013"
_LEAST_SHARE = 0.0001
_KILO = 1000
_MINUTE_S = 60


def count(number: float) -> str:
    """``1,000,000``; a dash where there is none."""
    return NOTHING if pd.isna(number) else f"{number:,.0f}"


def minor_money(minor: int, decimals: int) -> str:
    """Whole minor units as an amount, exact: ``71,070,860.14``."""
    return f"{Decimal(minor).scaleb(-decimals):,f}"


def money(amount: float, decimals: int) -> str:
    """An amount in major units; a dash where there is none."""
    return NOTHING if pd.isna(amount) else f"{amount:,.{decimals}f}"


def share(part: float, whole: float) -> str:
    """``3.15 %``; what is not nothing is never ``0.00 %``."""
    if not whole:
        return NOTHING
    if 0 < abs(part / whole) < _LEAST_SHARE:
        return "< 0.01 %"
    return f"{part / whole:.2%}".replace("%", " %")


def size(number: float) -> str:
    """Bytes in the unit that suits them: ``90.7 MB``."""
    for unit in ("bytes", "kB", "MB"):
        if abs(number) < _KILO:
            return f"{number:,.0f} {unit}" if unit == "bytes" else f"{number:,.1f} {unit}"
        number /= _KILO
    return f"{number:,.2f} GB"


def seconds(number: float) -> str:
    """``8.1 s``, ``2 min 43 s``."""
    if pd.isna(number):
        return NOTHING
    if number < _MINUTE_S:
        return f"{number:.1f} s"
    return f"{number // _MINUTE_S:,.0f} min {number % _MINUTE_S:.0f} s"


def plural(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
