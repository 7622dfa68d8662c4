"""Texts of CSV fields: ready-made ones that are chosen by index, and affixes for computed ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.synthesis.random_bits import I64, Codes, Stream, choose_outcome, draw, take_bits

Form = Callable[[str], str]
"""A function from a value's text to one way to write it as a CSV field."""


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """Ready-made fields of one column: valid values in several forms, and texts for each fault.

    Args:
        texts: All values in the first form, all in the second, and so on; then the texts of each fault.
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
        """Write each value in each form; ``faulty_texts[k]`` are the texts of fault code ``k + 1``."""
        valid_texts = [form(value) for form in forms for value in values]
        sizes = np.array([len(texts) for texts in faulty_texts], np.int64)
        starts = len(valid_texts) + np.cumsum(sizes) - sizes
        texts = valid_texts + [text for texts in faulty_texts for text in texts]
        return cls(pa.array(texts, pa.string()), len(values), starts, sizes)

    def write(self, values: I64, forms: I64, faults: Codes, random_bits: I64) -> pa.StringArray:
        """Return one field per row: the value with the index in ``values`` in its form, or a text of the row's fault.

        ``random_bits`` choose among the texts of the fault.
        """
        indices = forms * self.value_count + values
        faulty_rows = np.flatnonzero(faults)
        indices[faulty_rows] = self._choose_faulty(faults[faulty_rows], random_bits[faulty_rows])
        return self.texts.take(pa.array(indices))

    def replace_faulty(self, fields: pa.StringArray, faults: Codes, random_bits: I64) -> pa.StringArray:
        """Replace the field of each row that has a fault code by one of the fault's texts."""
        rows = np.flatnonzero(faults)
        indices = self._choose_faulty(faults[rows], random_bits[rows])
        return replace_rows(fields, rows, self.texts.take(pa.array(indices)))

    def _choose_faulty(self, faults: Codes, random_bits: I64) -> I64:
        return self.fault_starts[faults - 1] + random_bits % self.fault_sizes[faults - 1]


@dataclass(frozen=True, slots=True)
class Affixes:
    """Pairs of a prefix and a suffix for fields; index 0 is a pair of empty texts."""

    prefixes: pa.StringArray
    suffixes: pa.StringArray

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Self:
        """Hold the pairs of (prefix, suffix) from index 1."""
        prefixes, suffixes = zip(("", ""), *pairs, strict=True)
        return cls(pa.array(prefixes, pa.string()), pa.array(suffixes, pa.string()))

    def add_to(self, texts: pa.StringArray, affixes: I64) -> pa.StringArray:
        """Add to each text the pair with the index in ``affixes``."""
        rows = np.flatnonzero(affixes)
        indices = pa.array(affixes[rows])
        changed = join(self.prefixes.take(indices), texts.take(pa.array(rows)), self.suffixes.take(indices))
        return replace_rows(texts, rows, changed)


@dataclass(frozen=True, slots=True)
class WritingStyle:
    """How each row of one column is written; the style never changes the value.

    Args:
        styles: 0 for the plain style, ``k + 1`` for the style with the rate ``k``.
        random_bits: 16 random bits per row, to choose among the variants of a style.
    """

    styles: Codes
    random_bits: I64

    @classmethod
    def of(cls, seed: int, column: Column, row_numbers: I64, rates: Sequence[float]) -> Self:
        """Draw the style of each row; ``rates[k]`` is the share of style ``k + 1``."""
        bits = draw(seed, Stream.WRITING + COLUMNS.index(column), row_numbers)
        return cls(choose_outcome(bits, rates), take_bits(bits, 0, 16))

    def take(self, rows: I64) -> "WritingStyle":
        """Return the style of the rows with these indices."""
        return WritingStyle(self.styles[rows], self.random_bits[rows])

    def choose_variants(self, *variant_counts: int) -> I64:
        """Choose a variant per row; the variants of all styles (from style 1) are numbered from 1, 0 is plain."""
        starts = np.cumsum([1, *variant_counts])
        variants = np.zeros(len(self.styles), np.int64)
        for style, count in enumerate(variant_counts, 1):
            rows = np.flatnonzero(self.styles == style)
            variants[rows] = starts[style - 1] + self.random_bits[rows] % count
        return variants


def join(*columns: pa.StringArray | str, separator: str = "") -> pa.StringArray:
    """Join the texts of each row."""
    return pc.binary_join_element_wise(*columns, separator)


def replace_rows(texts: pa.StringArray, rows: I64, replacements: pa.StringArray) -> pa.StringArray:
    """Replace the texts of ``rows`` (ascending indices), in order, by ``replacements``."""
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), replacements)
