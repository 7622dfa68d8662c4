"""Sampling of clean purchases; the sample does not depend on row order, chunk size, threads or engine.

Bottom-k sampling (Cohen and Kaplan 2007): each purchase has a key, a seeded hash of its ``purchase_id``. The k
purchases with the lowest keys are the sample. To merge two samples, keep the k lowest keys of both together.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import TEXT, categorical, text_array, to_frame
from customer_analytics.core.chunks._kernels import mix_bits
from customer_analytics.core.chunks.hashing import text_hashes
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import SPEC_OF, Column
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.dedup.row_bitmap import RowBitmap
from customer_analytics.core.errors import SettingError

SAMPLED_COLUMNS = tuple(name for name in CLEAN.names if name not in (Column.CUSTOMER_ID, Column.PURCHASE_ID))
"""The columns of a sample: all columns of the contract except the two ids."""

_CATEGORY_COLUMNS = tuple(name for name in SAMPLED_COLUMNS if pa.types.is_dictionary(CLEAN.field(name).type))
_SAMPLE_SCHEMA = pa.schema([pa.field(name, SPEC_OF[name].value_type) for name in SAMPLED_COLUMNS])


@dataclass(frozen=True, slots=True)
class SampleRules:
    """Size and seed of the sample (``params:sampling``).

    Args:
        rows: Number of purchases to draw, at least 1; if there are fewer purchases, all are drawn.
        seed: Seed of the hash, from 0 to 2**32 - 1; another seed draws another sample.

    Raises:
        SettingError: A setting is not a whole number in its range.
    """

    rows: int
    seed: int

    def __post_init__(self) -> None:
        for name, lowest, highest in (("rows", 1, 2**63 - 1), ("seed", 0, 2**32 - 1)):
            value = getattr(self, name)
            if type(value) is not int or not lowest <= value <= highest:
                expected = f"a whole number from {lowest} to {highest}"
                raise SettingError(f"sampling.{name}", expected, repr(value), "correct it in parameters_reporting.yml")


@dataclass(frozen=True, slots=True, eq=False)
class LowestKeys:
    """The ``size`` lowest keys (hashes) of some purchases.

    ``LowestKeys(size)`` holds no key; adding it to another object changes nothing. If several purchases share the
    highest kept key, all of them are kept, so that the order of merges does not matter.

    Args:
        size: Number of keys to keep, more only for equal keys; objects that are added must have the same size.
        keys: uint64, unsorted, because sorting in every merge would be slow.
        rows: int64, the row number of the purchase for each key.
    """

    size: int
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(cls, purchases: pd.DataFrame, rules: SampleRules) -> "LowestKeys":
        """Return the lowest keys of a chunk, which has the column ``purchase_id`` (text) and row numbers as index."""
        keys = text_hashes(text_array(purchases[Column.PURCHASE_ID])) ^ mix_bits(np.uint64(rules.seed))
        return cls(rules.rows) + cls(rules.rows, keys, purchases.index.to_numpy())

    def __add__(self, other: "LowestKeys") -> "LowestKeys":
        keys, rows = np.concatenate([self.keys, other.keys]), np.concatenate([self.rows, other.rows])
        if len(keys) > self.size:
            is_low = keys <= np.partition(keys, self.size - 1)[self.size - 1]
            keys, rows = keys[is_low], rows[is_low]
        return LowestKeys(self.size, keys, rows)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, LowestKeys)
            and self.size == other.size
            and np.array_equal(np.sort(self.keys), np.sort(other.keys))
            and np.array_equal(self.ordered_rows(), other.ordered_rows())
        )

    __hash__ = None  # type: ignore[assignment]

    def ordered_rows(self) -> np.ndarray:
        """Return the row numbers sorted by key; if keys are equal, the row numbers ascend."""
        return self.rows[np.lexsort((self.rows, self.keys))]


def draw_sample(clean: Chunks, rules: SampleRules) -> pd.DataFrame:
    """Draw the sample: the ``rules.rows`` purchases with the lowest keys (hashes), lowest key first.

    Args:
        clean: Chunks of :data:`~customer_analytics.core.contract.schemas.CLEAN`, indexed by row number.
        rules: Size and seed.

    Returns:
        The columns :data:`SAMPLED_COLUMNS`; text is categorical, with ascending categories. If there are at most
        ``rules.rows`` purchases, the result has all of them.
    """
    lowest = clean.select([Column.PURCHASE_ID]).fold(partial(LowestKeys.of, rules=rules), LowestKeys(rules.rows))
    chunks = clean.select(SAMPLED_COLUMNS).map(partial(_select_rows, rows=RowBitmap.of(lowest.rows)))
    sampled_chunks = [chunk for chunk in chunks if len(chunk)] or [to_frame(_SAMPLE_SCHEMA.empty_table())]
    sample = pd.concat(sampled_chunks).loc[lowest.ordered_rows()].reset_index(drop=True)
    return sample.assign(**{name: _to_categories(sample[name]) for name in _CATEGORY_COLUMNS})


def _select_rows(chunk: pd.DataFrame, rows: RowBitmap) -> pd.DataFrame:
    start = int(chunk.index[0]) if len(chunk) else 0
    sampled = chunk.take(rows.within(start, start + len(chunk)) - start)
    return sampled.astype(dict.fromkeys(_CATEGORY_COLUMNS, TEXT))  # chunks have different categories


def _to_categories(text: pd.Series) -> pd.Categorical:
    values = sorted(text.dropna().unique())
    return categorical(pd.Index(values, dtype=object).get_indexer(text), values)
