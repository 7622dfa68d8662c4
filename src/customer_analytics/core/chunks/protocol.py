"""The protocol of a table in chunks: a sequence of pandas frames that are computed only when they are needed.

Every implementation obeys two laws (``tests/test_chunking_laws.py``). The order of the chunks does not depend on which
of them is computed first. ``fold`` returns the same value however the rows are divided into chunks.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import pandas as pd

Frame = pd.DataFrame
Step = Callable[[Any], Any]
"""A function that is applied to each chunk or, if there is a step before it, to the result of that step."""


class PartialState(Protocol):
    """An exact statistic of some rows, such as a sum; ``a + b`` is the statistic of all rows of ``a`` and ``b``."""

    def __add__(self, other: Self, /) -> Self: ...


P = TypeVar("P", bound=PartialState)


class Chunks(Protocol):
    """A table in chunks: frames in row order. Each iteration over the table computes them again."""

    def map(self, function: Callable[[Frame], Frame]) -> "Chunks":
        """Return a table with the results of ``function`` for each chunk, computed when the table is iterated."""

    def select(self, columns: Sequence[str]) -> "Chunks":
        """Return the table with these columns only. A source that can skip the other columns does not read them."""

    def fold(self, measure: Callable[[Frame], P], identity: P) -> P:
        """Compute the partial state of each chunk, merge these states in order, and return the result.

        Args:
            measure: Function that computes the partial state of a chunk.
            identity: The partial state of no rows; it is returned if there is no chunk.
        """

    def shuffle(self, partition_of: Callable[[Frame], np.ndarray]) -> "Chunks":
        """Regroup the rows: all rows of a partition are in one chunk, and partitions ascend from chunk to chunk.

        Rows of the same partition keep their order. A chunk can have several partitions; their rows can then be mixed.

        Args:
            partition_of: Function that returns the partition of each row of a chunk (uint16, shape ``(rows,)``).
        """

    def __iter__(self) -> Iterator[Frame]:
        """Compute the chunks and yield them in order."""
