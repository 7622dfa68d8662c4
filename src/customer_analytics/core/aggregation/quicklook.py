"""Revenue per country from two columns of raw text, in one pass and without looking for repeats."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.totals import Totals
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.money.minor_units import MinorUnits, as_float
from customer_analytics.core.parsing.purchases import parse_column

READ = (Column.COUNTRY_CODE, Column.PURCHASE_AMOUNT)
"""The columns that :meth:`QuickTotals.of` reads."""


@dataclass(frozen=True, slots=True)
class QuickTotals:
    """Country → orders and revenue, and the rows whose country or amount is at fault."""

    by_country: Totals = field(default_factory=Totals)
    refused: int = 0

    @classmethod
    def of(cls, raw: pd.DataFrame, contract: Contract) -> "QuickTotals":
        """The totals of a chunk.

        Args:
            raw: The columns :data:`READ` as text.
            contract: What is valid.
        """
        country, amount = (parse_column(raw[column], column, contract) for column in READ)
        codes = np.asarray(country.typed.codes)
        faults = [*country.faults.values(), *amount.faults.values(), codes < 0]
        valid = ~np.logical_or.reduce(faults)
        names = country.typed.categories
        money = MinorUnits.of(amount.typed[valid], contract.amount_decimals)
        totals = Totals.of(money, codes[valid].astype(np.int64), [names.astype(str)])
        return cls(totals, len(raw) - int(valid.sum()))

    def __add__(self, other: "QuickTotals") -> "QuickTotals":
        return QuickTotals(self.by_country + other.by_country, self.refused + other.refused)


def tabulate(totals: QuickTotals, decimals: int) -> pd.DataFrame:
    """Revenue per country, largest first.

    Returns:
        ``country_code`` (text), ``revenue`` (float64, major units) and ``orders`` (int64). A last row without a country
        and with no revenue counts the rows left out, so that ``orders`` add up to the rows of the file.
    """
    ranked = sorted(totals.by_country.groups.items(), key=lambda one: (-one[1].minor, one[0]))
    rows = [(country, as_float(Fraction(total.minor, 10**decimals)), total.orders) for (country,), total in ranked]
    table = pd.DataFrame([*rows, (None, None, totals.refused)], columns=[Column.COUNTRY_CODE, "revenue", "orders"])
    return table.astype({"revenue": "float64", "orders": "int64"})
