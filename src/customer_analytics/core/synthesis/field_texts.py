"""Make the texts of CSV fields: choose ready-made texts by index, or add prefixes and suffixes to computed texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.synthesis.random_bits import I64, Codes, Stream, choose_outcome, draw, take_bits

Form = Callable[[str], str]
"""A function that writes the text of a value as a CSV field in one way, such as with quotes."""


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """The ready-made fields of one column: valid values in several forms, and texts for each fault.

    Args:
        texts: All values in the first form, then all values in the second form, and so on; last, the faulty texts.
        value_count: How many different values the column can have.
        fault_starts: Entry ``k`` is the index in ``texts`` of the first text of the fault with the code ``k + 1``.
        fault_sizes: Entry ``k`` is the number of texts of the fault with the code ``k + 1``.
    """

    texts: pa.StringArray
    value_count: int
    fault_starts: I64
    fault_sizes: I64

    @classmethod
    def of(cls, values: Sequence[str], forms: Sequence[Form], faulty_texts: Sequence[Sequence[str]]) -> Self:
        """Write each value in each form; ``faulty_texts[k]`` are the texts of the fault with the code ``k + 1``."""
        valid_texts = [form(value) for form in forms for value in values]
        sizes = np.array([len(texts) for texts in faulty_texts], np.int64)
        starts = len(valid_texts) + np.cumsum(sizes) - sizes
        texts = valid_texts + [text for texts in faulty_texts for text in texts]
        return cls(pa.array(texts, pa.string()), len(values), starts, sizes)

    def write(self, values: I64, forms: I64, faults: Codes, random_bits: I64) -> pa.StringArray:
        """Return one field per row: the row's value in the row's form, or a random text of the row's fault.

        Args:
            values: For each row the index of its value.
            forms: For each row the index of its form.
            faults: For each row the code of its fault; 0 for a valid field.
            random_bits: For each row the random bits that choose one of the texts of its fault.
        """
        indices = forms * self.value_count + values
        faulty_rows = np.flatnonzero(faults)
        indices[faulty_rows] = self._choose_faulty(faults[faulty_rows], random_bits[faulty_rows])
        return self.texts.take(pa.array(indices))

    def replace_faulty(self, fields: pa.StringArray, faults: Codes, random_bits: I64) -> pa.StringArray:
        """In each row that has a fault (code above 0), put a random text of this fault in place of the field."""
        rows = np.flatnonzero(faults)
        indices = self._choose_faulty(faults[rows], random_bits[rows])
        return replace_rows(fields, rows, self.texts.take(pa.array(indices)))

    def _choose_faulty(self, faults: Codes, random_bits: I64) -> I64:
        return self.fault_starts[faults - 1] + random_bits % self.fault_sizes[faults - 1]


@dataclass(frozen=True, slots=True)
class Affixes:
    """Pairs of texts, a prefix and a suffix, that can be added to a field; the pair at index 0 is empty."""

    prefixes: pa.StringArray
    suffixes: pa.StringArray

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Self:
        """Make the affixes: the empty pair at index 0, then the given pairs (prefix, suffix) from index 1 on."""
        prefixes, suffixes = zip(("", ""), *pairs, strict=True)
        return cls(pa.array(prefixes, pa.string()), pa.array(suffixes, pa.string()))

    def add_to(self, texts: pa.StringArray, affixes: I64) -> pa.StringArray:
        """Add to each ``texts[i]`` the prefix and the suffix with the index ``affixes[i]``; index 0 adds nothing."""
        rows = np.flatnonzero(affixes)
        indices = pa.array(affixes[rows])
        changed = join(self.prefixes.take(indices), texts.take(pa.array(rows)), self.suffixes.take(indices))
        return replace_rows(texts, rows, changed)


@dataclass(frozen=True, slots=True)
class WritingStyle:
    """The style in which each row's field is written, such as with spaces around it; no style changes the value.

    Args:
        styles: For each row the code of its style; 0 is the plain style.
        random_bits: For each row 16 random bits that choose one of the variants of its style.
    """

    styles: Codes
    random_bits: I64

    @classmethod
    def of(cls, seed: int, column: Column, row_numbers: I64, rates: Sequence[float]) -> Self:
        """Choose a style for each row: the code ``k + 1`` with the probability ``rates[k]``, otherwise 0 (plain)."""
        bits = draw(seed, Stream.WRITING + COLUMNS.index(column), row_numbers)
        return cls(choose_outcome(bits, rates), take_bits(bits, 0, 16))

    def take(self, rows: I64) -> "WritingStyle":
        """Return the styles of the rows with the given indices."""
        return WritingStyle(self.styles[rows], self.random_bits[rows])

    def choose_variants(self, *variant_counts: int) -> I64:
        """Choose for each row a random variant of its style, and return its index; 0 for the plain style.

        ``variant_counts`` has the number of variants of style 1, of style 2, and so on. The indices continue from style
        to style: with ``variant_counts`` 4 and 2, style 1 has the indices 1 to 4, and style 2 has 5 and 6.
        """
        starts = np.cumsum([1, *variant_counts])
        variants = np.zeros(len(self.styles), np.int64)
        for style, count in enumerate(variant_counts, 1):
            rows = np.flatnonzero(self.styles == style)
            variants[rows] = starts[style - 1] + self.random_bits[rows] % count
        return variants


def join(*columns: pa.StringArray | str, separator: str = "") -> pa.StringArray:
    """Join text columns row by row with the separator; a ``str`` stands for a column with this text in all rows."""
    return pc.binary_join_element_wise(*columns, separator)


def replace_rows(texts: pa.StringArray, rows: I64, replacements: pa.StringArray) -> pa.StringArray:
    """Replace ``texts[rows[k]]`` by ``replacements[k]`` for each ``k``; ``rows`` must be in ascending order."""
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), replacements)
