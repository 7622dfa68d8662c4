"""Several partial states from one pass over the same chunks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from customer_analytics.core.chunks.protocol import Chunks

Measure = tuple[Callable[[pd.DataFrame], Any], Any]
"""A partial state: the function that measures a chunk, and the identity."""


@dataclass(frozen=True, slots=True)
class _Together:
    """Partial states of the same rows; ``+`` adds each to its like."""

    states: tuple[Any, ...]

    def __add__(self, other: "_Together") -> "_Together":
        return _Together(tuple(mine + theirs for mine, theirs in zip(self.states, other.states, strict=True)))


def fold_together(chunks: Chunks, columns: Sequence[str], measures: Sequence[Measure]) -> tuple[Any, ...]:
    """Fold several partial states in one pass.

    Args:
        chunks: What is measured.
        columns: The columns that all measures together need; may repeat.
        measures: For each state, the function that measures a chunk and the identity.

    Returns:
        The state of all chunks for each measure, in their order; the identities for no chunk.
    """
    functions, identities = zip(*measures, strict=True)
    selected = chunks.select(list(dict.fromkeys(columns)))
    return selected.fold(partial(_measure_all, functions=functions), _Together(identities)).states


def _measure_all(chunk: pd.DataFrame, functions: Sequence[Callable[[pd.DataFrame], Any]]) -> _Together:
    return _Together(tuple(function(chunk) for function in functions))
