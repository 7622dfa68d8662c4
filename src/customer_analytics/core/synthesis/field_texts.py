"""Ready-made CSV fields, chosen by number, and dresses for fields that are made on the spot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.synthesis.random_bits import I64, Codes, Stream, bits_of, draw, outcome

Form = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Fields for the values of one column and for its faults.

    Args:
        fields: All values in the first form, all in the next and so on; then the wrong ones by fault.
        values: Number of values.
        starts: Place of the first field of each fault.
        sizes: Number of fields of each fault.
    """

    fields: pa.StringArray
    values: int
    starts: I64
    sizes: I64

    @classmethod
    def of(cls, values: Sequence[str], forms: Sequence[Form], wrong: Sequence[Sequence[str]]) -> Self:
        """Each value in each form; ``wrong[k]`` are the fields of fault code ``k + 1``."""
        right = [form(value) for form in forms for value in values]
        sizes = np.array([len(fields) for fields in wrong], np.int64)
        starts = len(right) + np.cumsum(sizes) - sizes
        fields = right + [field for fields in wrong for field in fields]
        return cls(pa.array(fields, pa.string()), len(values), starts, sizes)

    def write(self, value: I64, form: I64, fault: Codes, pick: I64) -> pa.StringArray:
        """One field for each row: the value in its form, or one of the fault's where there is a fault."""
        place = form * self.values + value
        hit = np.flatnonzero(fault)
        place[hit] = self._wrong(fault[hit], pick[hit])
        return self.fields.take(pa.array(place))

    def amend(self, text: pa.StringArray, fault: Codes, pick: I64) -> pa.StringArray:
        """The text with one of the fault's fields in its place where there is a fault."""
        hit = np.flatnonzero(fault)
        return replaced(text, hit, self.fields.take(pa.array(self._wrong(fault[hit], pick[hit]))))

    def _wrong(self, fault: Codes, pick: I64) -> I64:
        return self.starts[fault - 1] + pick % self.sizes[fault - 1]


@dataclass(frozen=True, slots=True)
class Dresses:
    """What can be put around a field; the first is nothing."""

    before: pa.StringArray
    after: pa.StringArray

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Self:
        """Pairs of what comes before and what comes after."""
        before, after = zip(("", ""), *pairs, strict=True)
        return cls(pa.array(before, pa.string()), pa.array(after, pa.string()))

    def put_on(self, text: pa.StringArray, dress: I64) -> pa.StringArray:
        """The text, dressed where ``dress`` is not 0."""
        rows = np.flatnonzero(dress)
        worn = pa.array(dress[rows])
        return replaced(text, rows, joined(self.before.take(worn), text.take(pa.array(rows)), self.after.take(worn)))


@dataclass(frozen=True, slots=True)
class Writing:
    """How each row of a column is written: nothing here changes its value.

    Args:
        style: 0 for plain, 1 + the place of the rate that was hit.
        pick: 16 random bits to choose among equals.
    """

    style: Codes
    pick: I64

    @classmethod
    def of(cls, seed: int, column: Column, ordinals: I64, rates: Sequence[float]) -> Self:
        """Draw the writing of a column; each of ``rates`` is the share of a style."""
        drawn = draw(seed, Stream.WRITING + COLUMNS.index(column), ordinals)
        return cls(outcome(drawn, rates), bits_of(drawn, 0, 16))

    def among(self, *choices: int) -> I64:
        """0 for plain; for style ``k`` one of the next ``choices[k - 1]`` numbers."""
        starts = np.cumsum([1, *choices])
        number = np.zeros(len(self.style), np.int64)
        for style, count in enumerate(choices, 1):
            rows = np.flatnonzero(self.style == style)
            number[rows] = starts[style - 1] + self.pick[rows] % count
        return number


def joined(*parts: pa.StringArray | str, by: str = "") -> pa.StringArray:
    """The parts of each row side by side."""
    return pc.binary_join_element_wise(*parts, by)


def replaced(text: pa.StringArray, rows: I64, replacement: pa.StringArray) -> pa.StringArray:
    """The text with some rows (ascending) replaced."""
    if not len(rows):
        return text
    mask = np.zeros(len(text), bool)
    mask[rows] = True
    return pc.replace_with_mask(text, pa.array(mask), replacement)
