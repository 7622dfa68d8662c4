"""Quick look: revenue per country from two columns of raw text, in one pass. Duplicates are included."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.totals import Totals
from customer_analytics.core.contract.columns import SPEC_OF, Column
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.money.minor_units import MinorUnits, as_float
from customer_analytics.core.parsing.purchases import parse_column

READ_COLUMNS = (Column.COUNTRY_CODE, Column.PURCHASE_AMOUNT)
"""The columns that :meth:`QuickTotals.of` reads."""


@dataclass(frozen=True, slots=True)
class QuickTotals:
    """Orders and revenue per country, and the number of invalid rows (without a valid country or amount).

    ``QuickTotals()`` holds no row; adding it to another object changes nothing.
    """

    by_country: Totals = field(default_factory=Totals)
    invalid_rows: int = 0

    @classmethod
    def of(cls, raw: pd.DataFrame, contract: Contract) -> "QuickTotals":
        """Compute the totals of a chunk; ``raw`` has the columns :data:`READ_COLUMNS` as text."""
        country, amount = (parse_column(raw[column], SPEC_OF[column], contract) for column in READ_COLUMNS)
        valid = ~np.logical_or.reduce(
            [rows for parsed in (country, amount) for rows in (parsed.is_null, *parsed.faults.values())]
        )
        money = MinorUnits.of(amount.array[valid], contract.amount_decimals)
        country_codes = country.array.codes[valid].astype(np.int64)
        totals = Totals.of(money, country_codes, [country.array.categories.astype(str)])
        return cls(totals, len(raw) - int(valid.sum()))

    def __add__(self, other: "QuickTotals") -> "QuickTotals":
        return QuickTotals(self.by_country + other.by_country, self.invalid_rows + other.invalid_rows)


def tabulate_quick_totals(totals: QuickTotals, decimals: int) -> pd.DataFrame:
    """Return a table of revenue and orders per country, largest revenue first.

    Returns:
        ``country_code`` (text), ``revenue`` (float64, major units) and ``orders`` (int64). The last row is for invalid
        rows: ``orders`` is their number, the rest is null. The sum of all ``orders`` is the number of records.
    """
    largest_first = sorted(
        totals.by_country.groups.items(), key=lambda group_total: (-group_total[1].minor_units, group_total[0])
    )
    rows = [
        (country, as_float(Fraction(total.minor_units, 10**decimals)), total.orders)
        for (country,), total in largest_first
    ]
    columns = [Column.COUNTRY_CODE, "revenue", "orders"]
    table = pd.DataFrame([*rows, (None, None, totals.invalid_rows)], columns=columns)
    return table.astype({"revenue": "float64", "orders": "int64"})
