"""A sample of the clean purchases that depends on the purchases alone: not on their order, chunks, threads or engine.

Bottom-k by a seeded hash of the ``purchase_id`` (Cohen and Kaplan 2007): every purchase has a key as if drawn at
random, and those with the lowest keys are the sample. The lowest of two parts together are the lowest of the whole.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import TEXT, categorical, text_array, to_frame
from customer_analytics.core.chunks.hashing import mix, text_hashes
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.dedup.row_bitmap import RowBitmap
from customer_analytics.core.errors import SettingError

SAMPLED_COLUMNS = tuple(name for name in CLEAN.names if name not in (Column.CUSTOMER_ID, Column.PURCHASE_ID))
"""The columns of a sample: no one's ids."""

_FEW = tuple(name for name in SAMPLED_COLUMNS if pa.types.is_dictionary(CLEAN.field(name).type))
_PLAIN = pa.schema([pa.field(name, pa.string()) if name in _FEW else CLEAN.field(name) for name in SAMPLED_COLUMNS])

_MOST_SEED = 2**32


@dataclass(frozen=True, slots=True)
class SampleRules:
    """Which purchases are sampled (``params:sampling``).

    Args:
        rows: How many; all where there are fewer.
        seed: Another seed is another sample.

    Raises:
        SettingError: Fewer than one row, or a seed that is no whole number from 0 to 2**32 - 1.
    """

    rows: int = 100_000
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least, above in (("rows", 1, 2**63), ("seed", 0, _MOST_SEED)):
            value = getattr(self, name)
            if type(value) is not int or not least <= value < above:
                raise SettingError(
                    f"sampling.{name}",
                    f"a whole number from {least}",
                    repr(value),
                    "correct it in parameters_reporting.yml",
                )


@dataclass(frozen=True, slots=True, eq=False)
class LowestKeys:
    """The ``most`` lowest keys of some purchases, and their rows; rows that tie with the last one are all kept.

    Args:
        most: How many; the same in all that are added.
        keys: uint64, in no order: sorting them for every chunk would cost more than all the rest.
        rows: The row number of each, int64.
    """

    most: int
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(cls, purchases: pd.DataFrame, rules: SampleRules) -> "LowestKeys":
        """The lowest keys of a chunk.

        Args:
            purchases: ``purchase_id`` (text), indexed by row number.
            rules: How many, and the seed.
        """
        keys = text_hashes(text_array(purchases[Column.PURCHASE_ID])) ^ mix(np.uint64(rules.seed))
        return cls(rules.rows) + cls(rules.rows, keys, purchases.index.to_numpy())

    def __add__(self, other: "LowestKeys") -> "LowestKeys":
        keys, rows = np.concatenate([self.keys, other.keys]), np.concatenate([self.rows, other.rows])
        if len(keys) > self.most:
            low = keys <= np.partition(keys, self.most - 1)[self.most - 1]
            keys, rows = keys[low], rows[low]
        return LowestKeys(self.most, keys, rows)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, LowestKeys)
            and self.most == other.most
            and np.array_equal(np.sort(self.keys), np.sort(other.keys))
            and np.array_equal(self.ordered_rows(), other.ordered_rows())
        )

    __hash__ = None  # type: ignore[assignment]

    def ordered_rows(self) -> np.ndarray:
        """The row numbers, lowest key first, those of equal keys ascending."""
        return self.rows[np.lexsort((self.rows, self.keys))]


def draw_sample(clean: Chunks, rules: SampleRules) -> pd.DataFrame:
    """``sampled_purchases``: the purchases with the lowest keys, lowest first.

    Args:
        clean: Chunks of :data:`~customer_analytics.core.contract.schemas.CLEAN`, indexed by row number.
        rules: How many, and the seed.

    Returns:
        The columns :data:`SAMPLED_COLUMNS`, few-valued text with its categories in ascending order. All rows where there are
        no more than ``rules.rows``; no row for none.
    """
    lowest = clean.select([Column.PURCHASE_ID]).fold(partial(LowestKeys.of, rules=rules), LowestKeys(rules.rows))
    parts = clean.select(SAMPLED_COLUMNS).map(partial(_rows_among, rows=RowBitmap.of(lowest.rows)))
    sample = pd.concat([part for part in parts if len(part)] or [to_frame(_PLAIN.empty_table())])
    ordered = sample.loc[lowest.ordered_rows()].reset_index(drop=True)
    return ordered.assign(**{name: _categorised(ordered[name]) for name in _FEW})


def _rows_among(chunk: pd.DataFrame, rows: RowBitmap) -> pd.DataFrame:
    first = int(chunk.index[0]) if len(chunk) else 0
    found = chunk.take(rows.within(first, first + len(chunk)) - first)
    return found.astype(dict.fromkeys(_FEW, TEXT))  # chunks differ in their categories


def _categorised(text: pd.Series) -> pd.Categorical:
    """Text as few-valued text, with just the values that occur."""
    names = sorted(text.dropna().unique())
    return categorical(pd.Index(names, dtype=object).get_indexer(text), names)
