"""Compute several partial states in one pass over the chunks of a table, and merge mappings of partial states."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.core.chunks.protocol import Chunks, P

Measure = tuple[Callable[[pd.DataFrame], Any], Any]
"""A pair: a function that computes the partial state of a chunk, and the identity (the partial state of no rows)."""


@dataclass(frozen=True, slots=True)
class _StateTuple:
    """Several partial states of the same rows; ``+`` merges the states that have the same index in two tuples."""

    states: tuple[Any, ...]

    def __add__(self, other: "_StateTuple") -> "_StateTuple":
        return _StateTuple(tuple(left + right for left, right in zip(self.states, other.states, strict=True)))


def fold_together(chunks: Chunks, columns: Sequence[str], measures: Sequence[Measure]) -> tuple[Any, ...]:
    """Compute several partial states of a table in one pass over its chunks.

    Args:
        chunks: The table.
        columns: Names of the columns that the measures read; a name may occur twice.
        measures: At least one pair of a function, which computes a chunk's partial state, and its identity.

    Returns:
        For each measure the partial state of the whole table; if there is no chunk, the identity.
    """
    functions, identities = zip(*measures, strict=True)
    selected = chunks.select(list(dict.fromkeys(columns)))
    return selected.fold(
        lambda chunk: _StateTuple(tuple(function(chunk) for function in functions)), _StateTuple(identities)
    ).states


def merge_mappings(left: Mapping[str, P], right: Mapping[str, P], identity: P) -> Mapping[str, P]:
    """Merge two mappings: values with the same key are added; ``identity`` is used for a key that one mapping lacks."""
    return {key: left.get(key, identity) + right.get(key, identity) for key in dict.fromkeys((*left, *right))}
