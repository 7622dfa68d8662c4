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
        texts: All values in the first form, all values in the second form, and so on; last, the texts of each fault.
        value_count: Number of values.
        fault_starts: Index in ``texts`` of the first text of each fault.
        fault_sizes: Number of texts of each fault.
    """

    texts: pa.StringArray
    value_count: int
    fault_starts: I64
    fault_sizes: I64

    @classmethod
    def of(cls, values: Sequence[str], forms: Sequence[Form], faulty_texts: Sequence[Sequence[str]]) -> Self:
        """Prepare the fields: each value in each form, and ``faulty_texts[k]`` as the texts of fault code ``k + 1``."""
        valid_texts = [form(value) for form in forms for value in values]
        sizes = np.array([len(texts) for texts in faulty_texts], np.int64)
        starts = len(valid_texts) + np.cumsum(sizes) - sizes
        texts = valid_texts + [text for texts in faulty_texts for text in texts]
        return cls(pa.array(texts, pa.string()), len(values), starts, sizes)

    def write(self, values: I64, forms: I64, faults: Codes, random_bits: I64) -> pa.StringArray:
        """Return one field per row: a value in one form, or a text of the row's fault.

        Args:
            values: Index of the value of each row.
            forms: Index of the form of each row.
            faults: Fault code of each row; 0 for a valid field.
            random_bits: Random bits of each row, to choose among the texts of its fault.
        """
        indices = forms * self.value_count + values
        faulty_rows = np.flatnonzero(faults)
        indices[faulty_rows] = self._choose_faulty(faults[faulty_rows], random_bits[faulty_rows])
        return self.texts.take(pa.array(indices))

    def replace_faulty(self, fields: pa.StringArray, faults: Codes, random_bits: I64) -> pa.StringArray:
        """Replace the field of each row with a fault (code above 0) by a random one of the fault's texts."""
        rows = np.flatnonzero(faults)
        indices = self._choose_faulty(faults[rows], random_bits[rows])
        return replace_rows(fields, rows, self.texts.take(pa.array(indices)))

    def _choose_faulty(self, faults: Codes, random_bits: I64) -> I64:
        return self.fault_starts[faults - 1] + random_bits % self.fault_sizes[faults - 1]


@dataclass(frozen=True, slots=True)
class Affixes:
    """A list of pairs of a prefix and a suffix for fields; the pair at index 0 is empty, so it changes no field."""

    prefixes: pa.StringArray
    suffixes: pa.StringArray

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Self:
        """Make the list; the given pairs of (prefix, suffix) have the indices 1, 2 and so on."""
        prefixes, suffixes = zip(("", ""), *pairs, strict=True)
        return cls(pa.array(prefixes, pa.string()), pa.array(suffixes, pa.string()))

    def add_to(self, texts: pa.StringArray, affixes: I64) -> pa.StringArray:
        """Add a prefix and a suffix to each text; ``affixes`` has the index of the pair for each text."""
        rows = np.flatnonzero(affixes)
        indices = pa.array(affixes[rows])
        changed = join(self.prefixes.take(indices), texts.take(pa.array(rows)), self.suffixes.take(indices))
        return replace_rows(texts, rows, changed)


@dataclass(frozen=True, slots=True)
class WritingStyle:
    """The style in which each row of one column is written, such as padded; it never changes the value.

    Args:
        styles: Number of the style of each row; 0 is the plain style.
        random_bits: 16 random bits of each row, to choose among the variants of its style.
    """

    styles: Codes
    random_bits: I64

    @classmethod
    def of(cls, seed: int, column: Column, row_numbers: I64, rates: Sequence[float]) -> Self:
        """Draw the style of each row at random; ``rates[k]`` is the share of rows that get style ``k + 1``."""
        bits = draw(seed, Stream.WRITING + COLUMNS.index(column), row_numbers)
        return cls(choose_outcome(bits, rates), take_bits(bits, 0, 16))

    def take(self, rows: I64) -> "WritingStyle":
        """Return the styles of the rows with the given indices."""
        return WritingStyle(self.styles[rows], self.random_bits[rows])

    def choose_variants(self, *variant_counts: int) -> I64:
        """Return for each row the number of a random variant of its style; 0 for the plain style.

        ``variant_counts`` has the number of variants of style 1, of style 2, and so on. The variants of all styles are
        numbered consecutively from 1.
        """
        starts = np.cumsum([1, *variant_counts])
        variants = np.zeros(len(self.styles), np.int64)
        for style, count in enumerate(variant_counts, 1):
            rows = np.flatnonzero(self.styles == style)
            variants[rows] = starts[style - 1] + self.random_bits[rows] % count
        return variants


def join(*columns: pa.StringArray | str, separator: str = "") -> pa.StringArray:
    """Join the columns row by row, with the separator between them; a ``str`` is the same text in each row."""
    return pc.binary_join_element_wise(*columns, separator)


def replace_rows(texts: pa.StringArray, rows: I64, replacements: pa.StringArray) -> pa.StringArray:
    """Replace the texts at the ascending indices ``rows``; ``replacements`` has one text per index, in their order."""
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), replacements)
