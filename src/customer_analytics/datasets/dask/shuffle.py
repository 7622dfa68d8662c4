"""Regrouping rows by bucket: Dask DataFrame moves them, and here they are put back in order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import to_frame, to_table
from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.datasets.dask.chunks import DaskChunks, Piece, Reader, by_key
from customer_analytics.datasets.dask.cluster import connect

_BUCKET, _PLACE = "_bucket", "_place"
_KEY_BITS = 40
"""A row's place: its chunk's key, then so many bits for its number among the rows of that key."""

_MOST_PARTITIONS = 256
_FEWEST_PER_WORKER = 2


@dataclass(frozen=True, slots=True)
class ShuffleSource:
    """The rows of a parent regrouped by bucket; a chunk's key is its bucket."""

    parent: DaskChunks
    partition_of: Callable[[Frame], np.ndarray]

    def reader(self) -> Reader:
        """See :class:`~customer_analytics.datasets.dask.chunks.Source`."""
        return BucketReader(self.empty(None))

    def parts(self) -> Sequence[Any]:
        """The partitions of Dask's shuffle, still to be made."""
        import dask.dataframe as dd  # noqa: PLC0415  slow to import

        addressed = self._addressed()
        if not addressed:
            return []
        meta = self.empty(None).assign(**{_BUCKET: np.zeros(0, np.uint16)})
        meta = meta.set_axis(pd.Index(np.zeros(0, np.int64), name=_PLACE))
        workers = len(connect(self.parent.cluster).scheduler_info(n_workers=-1)["workers"])
        partitions = min(max(len(addressed), _FEWEST_PER_WORKER * workers), _MOST_PARTITIONS)
        rows = dd.from_delayed(addressed, meta=meta, verify_meta=False)
        return rows.shuffle(on=_BUCKET, npartitions=partitions, shuffle_method="p2p").to_delayed()

    def empty(self, columns: Sequence[str] | None) -> Frame:
        """See :class:`~customer_analytics.datasets.dask.chunks.Source`."""
        empty = to_frame(to_table(self.parent.empty()))
        return empty if columns is None else empty[list(columns)]

    def _addressed(self) -> list[Any]:
        return self.parent._tasks(
            partial(_addressed, partition_of=self.partition_of, empty=self.empty(None)), "address"
        )


@dataclass(frozen=True, slots=True)
class BucketReader:
    """Cuts a partition that a shuffle made into its buckets, and puts each in the order its rows had before."""

    empty: Frame

    def pieces(self, part: Frame, columns: Sequence[str] | None) -> Iterator[Piece]:
        """See :class:`~customer_analytics.datasets.dask.chunks.Reader`."""
        names = list(self.empty.columns if columns is None else columns)
        order = _in_place(part[_BUCKET].to_numpy(), part.index.to_numpy())
        ranked = part[_BUCKET].to_numpy()[order]
        starts = np.flatnonzero(np.diff(ranked.astype(np.int64), prepend=-1))
        dtypes = self.empty.dtypes[names].to_dict()
        for start, stop in zip(starts, np.append(starts[1:], len(ranked)), strict=False):
            rows = part[names].take(order[start:stop])
            yield Piece(int(ranked[start]), rows.reset_index(drop=True).astype(dtypes))


def _in_place(buckets: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The order of rows by bucket, then by place; quick where the places ascend in each bucket already."""
    order = np.argsort(buckets, kind="stable")
    ascends = (np.diff(places[order]) > 0) | (np.diff(buckets[order]) != 0)
    return order if ascends.all() else np.lexsort((places, buckets))


def _addressed(pieces: Iterator[Piece], partition_of: Callable[[Frame], np.ndarray], empty: Frame) -> Frame:
    """In a worker: the rows of a part with their buckets, indexed by their places."""
    found = []
    for key, frames in by_key(pieces):
        start = key << _KEY_BITS
        for frame in frames:
            plain = to_frame(to_table(frame))
            plain[_BUCKET] = partition_of(frame)
            found.append(plain.set_axis(pd.RangeIndex(start, start + len(plain), name=_PLACE)))
            start += len(plain)
    if not found:
        found.append(empty.assign(**{_BUCKET: np.zeros(0, np.uint16)}))
    rows = pd.concat(found)
    return rows.set_axis(pd.Index(rows.index.to_numpy(np.int64), name=_PLACE))
