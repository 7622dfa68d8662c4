"""A source that regroups rows by partition: Dask DataFrame moves the rows, and a reader restores their order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import to_frame, to_table
from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.datasets.dask.cluster import connect
from customer_analytics.datasets.dask.protocol import KeyedChunk, Reader, ShuffleInput, by_key

_PARTITION, _POSITION = "_partition", "_position"
_KEY_BITS = 40
"""The position of a row is ``(key << _KEY_BITS) + i``: it is row ``i`` of the chunks that have this key."""

_MAX_DASK_PARTITIONS = 256
_MIN_DASK_PARTITIONS_PER_WORKER = 2


@dataclass(frozen=True, slots=True)
class ShuffleSource:
    """A source that regroups rows into one chunk per partition; the key of a chunk is the partition, an integer.

    Dask also calls the parts of its tables partitions. One Dask partition can hold several partitions of the project.

    Args:
        parent: The chunks to regroup.
        partition_of: Function that returns the partition of each row of a frame (uint16, shape ``(rows,)``).
    """

    parent: ShuffleInput
    partition_of: Callable[[Frame], np.ndarray]

    def reader(self) -> Reader:
        """Return a reader that makes chunks from Dask's partitions."""
        return PartitionReader(self.empty(None))

    def parts(self) -> Sequence[Any]:
        """Return the regrouped rows as Dask delayed values, one per Dask partition.

        If the table to regroup has no parts (a part is the input of one task), return an empty list.
        """
        import dask.dataframe as dd  # noqa: PLC0415  slow to import

        add_partition = partial(_add_partition, partition_of=self.partition_of, empty=self.empty(None))
        frames = self.parent.part_tasks(add_partition, "partition")
        if not frames:
            return []
        meta = self.empty(None).assign(**{_PARTITION: np.zeros(0, np.uint16)})
        meta = meta.set_axis(pd.Index(np.zeros(0, np.int64), name=_POSITION))
        workers = len(connect(self.parent.cluster).scheduler_info(n_workers=-1)["workers"])
        count = min(max(len(frames), _MIN_DASK_PARTITIONS_PER_WORKER * workers), _MAX_DASK_PARTITIONS)
        rows = dd.from_delayed(frames, meta=meta, verify_meta=False)
        return rows.shuffle(on=_PARTITION, npartitions=count, shuffle_method="p2p").to_delayed()

    def empty(self, columns: Sequence[str] | None) -> Frame:
        """Return a chunk that has these columns but no rows; ``None`` selects all columns."""
        empty = to_frame(to_table(self.parent.empty()))
        return empty if columns is None else empty[list(columns)]


@dataclass(frozen=True, slots=True)
class PartitionReader:
    """A reader that cuts a Dask partition into the project's partitions and restores the order of their rows."""

    empty: Frame

    def read(self, part: Frame, columns: Sequence[str] | None) -> Iterator[KeyedChunk]:
        """Cut the Dask partition ``part`` into the project's partitions; yield one chunk for each, ascending."""
        names = list(self.empty.columns if columns is None else columns)
        row_partitions = part[_PARTITION].to_numpy()
        order = _order(row_partitions, part.index.to_numpy())
        sorted_partitions = row_partitions[order]
        starts = np.flatnonzero(np.diff(sorted_partitions.astype(np.int64), prepend=-1))
        dtypes = self.empty.dtypes[names].to_dict()
        for start, stop in zip(starts, np.append(starts[1:], len(order)), strict=False):
            rows = part[names].take(order[start:stop])
            yield KeyedChunk(int(sorted_partitions[start]), rows.reset_index(drop=True).astype(dtypes))


def _order(partitions: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return the indices that sort rows by partition, then by ``positions``, which ascend in the order of the table."""
    # If the positions already ascend within each partition, a stable sort by partition is enough.
    order = np.argsort(partitions, kind="stable")
    is_sorted = (np.diff(positions[order]) > 0) | (np.diff(partitions[order]) != 0)
    return order if is_sorted.all() else np.lexsort((positions, partitions))


def _add_partition(chunks: Iterator[KeyedChunk], partition_of: Callable[[Frame], np.ndarray], empty: Frame) -> Frame:
    """Return a part's rows as one frame: a new column has their partitions; the index ascends in the table's order."""
    frames = []
    for key, key_frames in by_key(chunks):
        start = key << _KEY_BITS
        for frame in key_frames:
            rows = to_frame(to_table(frame))
            rows[_PARTITION] = partition_of(frame)
            frames.append(rows.set_axis(pd.RangeIndex(start, start + len(rows), name=_POSITION)))
            start += len(rows)
    if not frames:
        frames.append(empty.assign(**{_PARTITION: np.zeros(0, np.uint16)}))
    part_rows = pd.concat(frames)
    return part_rows.set_axis(pd.Index(part_rows.index.to_numpy(np.int64), name=_POSITION))
