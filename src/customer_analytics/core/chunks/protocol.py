"""The protocol that every table streams through: a lazy, re-iterable sequence of pandas frames.

Two laws hold for every implementation (``tests/test_chunking_laws.py``): the order of chunks does not depend on
scheduling, and ``fold`` of a partial state gives the same value for every cut of the same rows.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import pandas as pd

Frame = pd.DataFrame
Step = Callable[[Any], Any]


class PartialState(Protocol):
    """A partial: adding two gives the partial of their rows together."""

    def __add__(self, other: Self, /) -> Self: ...


P = TypeVar("P", bound=PartialState)


class Chunks(Protocol):
    """A lazy sequence of frames, in row order, that can be read again and again."""

    def map(self, function: Callable[[Frame], Frame]) -> "Chunks":
        """The same chunks with ``function`` applied to each; nothing runs yet."""
        ...

    def select(self, columns: Sequence[str]) -> "Chunks":
        """The same chunks with these columns only; a source that can, reads no others."""
        ...

    def fold(self, measure: Callable[[Frame], P], zero: P) -> P:
        """Run: ``measure`` each chunk and add the partials; ``zero`` for no chunk."""
        ...

    def shuffle(self, partition_of: Callable[[Frame], np.ndarray]) -> "Chunks":
        """Regroup rows: all rows of a bucket in one chunk, in their order, and buckets ascending from chunk to chunk.

        A chunk can hold several buckets, whose rows then stand among one another in an order that depends on how the
        rows were cut: only the order inside a bucket counts.

        Args:
            partition_of: Frame → bucket of each row (uint16, shape ``(rows,)``).
        """
        ...

    def __iter__(self) -> Iterator[Frame]:
        """Run and yield the frames in order."""
        ...
