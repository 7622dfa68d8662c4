"""Where byte ranges of a CSV begin and end so that no record is torn, found by all workers at once.

A range is first cut just after a line feed. There a reader is in one of two states: between records, or inside a
quoted field. So each range is read as if it began between records; where one turns out to end inside quotes, all are
read again as if they began there; and the states are joined from the first range to the last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.record_splitter import Records, split_records
from customer_analytics.datasets.source_files import SourceFile, SourceFiles

_PROBED_BYTES = 64 << 10


class Bounds(NamedTuple):
    """A range of a file: its place among the files, first byte, and just past the last one."""

    file: int
    begin: int
    end: int


class Scan(NamedTuple):
    """What a reader finds in a range that begins between records, or inside a quoted field.

    Args:
        records: Record ends.
        first_end: Where the first of them is in the file; ``None`` for none.
        is_open: Whether a record is unfinished at the end of the range.
    """

    records: int
    first_end: int | None
    is_open: bool


class RangeRun(NamedTuple):
    """Whole records of one file.

    Args:
        file: Its place among the files.
        start: First byte.
        stop: Just past the last one.
        first_row: Number of the first record, from 1.
    """

    file: int
    start: int
    stop: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Scanner:
    """Reads ranges in a worker."""

    files: SourceFiles
    listed: Sequence[SourceFile]
    dialect: Dialect

    def cut(self, rough: Bounds) -> Bounds:
        """The range with its end, unless it is the file's, moved to just after the next line feed."""
        file = self.listed[rough.file]
        if rough.end == file.size:
            return rough
        with self.files.fs.open(file.path, "rb") as stream:
            return rough._replace(end=_after_line_feed(stream, rough.end, file.size))

    def between_records(self, bounds: Bounds) -> Scan:
        """Read a range as if it began between records."""
        data = self._read(bounds)
        found = self._find(data)
        return self._scan(found, bounds, len(data), 0)

    def inside_quotes(self, bounds: Bounds) -> Scan:
        """Read a range as if it began inside a quoted field."""
        quote = self.dialect.quote.encode()
        data = quote + self._read(bounds)
        found = self._find(data)
        return self._scan(found, bounds, len(data), len(quote))

    def _scan(self, found: Records, bounds: Bounds, size: int, added: int) -> Scan:
        first_end = min(bounds.begin + int(found.ends[0]) - added, bounds.end) if len(found.ends) else None
        return Scan(len(found.ends), first_end, found.used < size)

    def _read(self, bounds: Bounds) -> bytes:
        file = self.listed[bounds.file]
        with self.files.fs.open(file.path, "rb") as stream:
            stream.seek(bounds.begin)
            data = bytes(stream.read(bounds.end - bounds.begin))
        at_end = bounds.end == file.size and data and not data.endswith(b"\n")
        return data + b"\n" if at_end else data

    def _find(self, data: bytes) -> Records:
        return split_records(data, self.dialect.delimiter.encode(), self.dialect.quote.encode() or None)


def rough_bounds(file: int, start: int, size: int, block_bytes: int) -> list[Bounds]:
    """About equal ranges of a file whose records begin at ``start``."""
    count = max(1, round((size - start) / block_bytes))
    places = [start + (size - start) * place // count for place in range(count + 1)]
    return [Bounds(file, begin, end) for begin, end in pairwise(places)]


def contiguous(cut: Sequence[Bounds]) -> list[Bounds]:
    """Ranges of one file whose ends were moved, each from where the one before it ends; empty ones left out."""
    begins = [*(one.begin for one in cut[:1]), *(one.end for one in cut[:-1])]
    moved = [Bounds(one.file, begin, one.end) for one, begin in zip(cut, begins, strict=True)]
    return [one for one in moved if one.begin < one.end]


def join_scans(bounds: Sequence[Bounds], between: Sequence[Scan], inside: Sequence[Scan] | None) -> Iterator[RangeRun]:
    """The whole records of one file.

    Args:
        bounds: Its ranges in order, each from where the one before it ends.
        between: What a reader finds in each that begins between records.
        inside: Likewise inside a quoted field; ``None`` if no range leaves a record open.

    Returns:
        Runs in order without a gap; a range that holds no record's first byte has none.
    """
    start, first_row, row, is_open = bounds[0].begin, 1, 1, False
    for place, here in enumerate(bounds):
        scan = inside[place] if is_open and inside is not None else between[place]
        begin = scan.first_end if is_open else here.begin
        if begin is not None and begin > start:
            yield RangeRun(here.file, start, begin, first_row)
            start, first_row = begin, row
        row += scan.records - (is_open and scan.records > 0) + (scan.is_open and not (is_open and not scan.records))
        is_open = scan.is_open
    if start < bounds[-1].end:
        yield RangeRun(bounds[-1].file, start, bounds[-1].end, first_row)


def _after_line_feed(stream: BinaryIO, place: int, size: int) -> int:
    """Just past the first line feed at or after ``place - 1``; the end of the file if there is none."""
    at = max(place - 1, 0)
    stream.seek(at)
    while piece := stream.read(_PROBED_BYTES):
        found = piece.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(piece)
    return size
