"""Functions that divide a CSV into byte ranges of whole records; the workers of a cluster scan the file in parallel.

1. The file is cut into ranges of about equal size. Each range ends after a line feed. There, the text is in one of two
   states: between two records, or inside a quoted field.
2. The workers scan each range as if it began between two records. If any range then ends inside a quoted field, they
   scan all ranges again as if each began inside a quoted field.
3. The client goes through the ranges in order. For each range it uses the scan that assumed the right state: the
   state in which the previous range ended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.record_splitter import RecordEnds, split_records
from customer_analytics.datasets.source_files import SourceFile, SourceFiles

_PROBED_BYTES = 64 << 10


class ByteRange(NamedTuple):
    """A range of bytes of a file.

    Args:
        file: Index of the file in the list of files.
        begin: Offset in the file of the first byte.
        end: Offset in the file of the first byte after the range.
    """

    file: int
    begin: int
    end: int


class Scan(NamedTuple):
    """The result of a scan that assumes one of two states at the start of a byte range: between records or in quotes.

    Args:
        records: How many records end in the range.
        first_end: Offset in the file after the first record that ends in the range; ``None`` if no record ends there.
        is_open: Whether the range ends inside a record, and so inside a quoted field.
    """

    records: int
    first_end: int | None
    is_open: bool


class RecordRange(NamedTuple):
    """A byte range that holds whole records only.

    Args:
        file: Index of the file in the list of files.
        start: Offset in the file of the first byte.
        stop: Offset in the file of the first byte after the range.
        first_row: ``source_row`` of the first record in the range: its number in the file, from 1.
    """

    file: int
    start: int
    stop: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Scanner:
    """A scanner that runs in a worker: it extends byte ranges to the next line feed, and finds where records end.

    Args:
        files: Object that opens the files.
        listed: The list of files; a byte range refers to a file by its index in this list.
        dialect: Encoding, delimiter and quote of the files.
    """

    files: SourceFiles
    listed: Sequence[SourceFile]
    dialect: Dialect

    def cut_at_line_feed(self, rough_range: ByteRange) -> ByteRange:
        """Return the range, extended to end with a line feed, or at the end of the file if no line feed follows."""
        file = self.listed[rough_range.file]
        if rough_range.end == file.size:
            return rough_range
        with self.files.fs.open(file.path, "rb") as stream:
            return rough_range._replace(end=_after_line_feed(stream, rough_range.end, file.size))

    def scan_between_records(self, byte_range: ByteRange) -> Scan:
        """Scan a range and return where records end, on the assumption that the range begins between two records."""
        data = self._read(byte_range)
        return _scan(split_records(data, self.dialect), byte_range, len(data), 0)

    def scan_inside_quotes(self, byte_range: ByteRange) -> Scan:
        """Scan a range and return where records end, on the assumption that the range begins inside a quoted field."""
        quote = self.dialect.quote.encode()
        data = quote + self._read(byte_range)
        return _scan(split_records(data, self.dialect), byte_range, len(data), len(quote))

    def _read(self, byte_range: ByteRange) -> bytes:
        """Return the bytes of a range, plus a line feed if the range ends a file that does not end with a line feed."""
        file = self.listed[byte_range.file]
        with self.files.fs.open(file.path, "rb") as stream:
            stream.seek(byte_range.begin)
            data = bytes(stream.read(byte_range.end - byte_range.begin))
        needs_line_feed = byte_range.end == file.size and data and not data.endswith(b"\n")
        return data + b"\n" if needs_line_feed else data


def _scan(records: RecordEnds, byte_range: ByteRange, size: int, quote_bytes: int) -> Scan:
    """Make a range's ``Scan`` from ``size`` bytes; the first ``quote_bytes`` are a quote put before the range."""
    count, first_end = len(records.ends), None
    if count:
        first_end = min(byte_range.begin + int(records.ends[0]) - quote_bytes, byte_range.end)
    return Scan(count, first_end, records.used < size)


def equal_ranges(file: int, start: int, size: int, block_bytes: int) -> list[ByteRange]:
    """Cut a file into ranges of about ``block_bytes`` bytes each.

    Args:
        file: Index of the file in the list of files.
        start: Offset in the file of the first record.
        size: Size of the file in bytes.
        block_bytes: Wanted size of a range in bytes.
    """
    count = max(1, round((size - start) / block_bytes))
    offsets = [start + (size - start) * index // count for index in range(count + 1)]
    return [ByteRange(file, begin, end) for begin, end in pairwise(offsets)]


def close_gaps(ranges: Sequence[ByteRange]) -> list[ByteRange]:
    """Let each range begin where the previous range ends, and return the ranges that are not empty."""
    begins = [*(first.begin for first in ranges[:1]), *(previous.end for previous in ranges[:-1])]
    contiguous = [byte_range._replace(begin=begin) for byte_range, begin in zip(ranges, begins, strict=True)]
    return [byte_range for byte_range in contiguous if byte_range.begin < byte_range.end]


def join_scans(
    ranges: Sequence[ByteRange], between_records: Sequence[Scan], inside_quotes: Sequence[Scan] | None
) -> Iterator[RecordRange]:
    """Combine the scans of a file's byte ranges, and yield ranges of whole records, in order and without gaps.

    Args:
        ranges: One or more byte ranges; each begins at the end of the previous range.
        between_records: One scan per range, which assumes that the range begins between two records.
        inside_quotes: One scan per range, which assumes that the range begins inside a quoted field; ``None`` if no
            scan in ``between_records`` has ``is_open``.
    """
    start, first_row, row, is_open = ranges[0].begin, 1, 1, False
    for index, byte_range in enumerate(ranges):
        scan = inside_quotes[index] if is_open and inside_quotes is not None else between_records[index]
        record_start = scan.first_end if is_open else byte_range.begin
        if record_start is not None and record_start > start:
            yield RecordRange(byte_range.file, start, record_start, first_row)
            start, first_row = record_start, row
        row += scan.records + scan.is_open - is_open  # records that start in this range
        is_open = scan.is_open
    if start < ranges[-1].end:
        yield RecordRange(ranges[-1].file, start, ranges[-1].end, first_row)


def _after_line_feed(stream: BinaryIO, offset: int, size: int) -> int:
    """Return the offset after the first line feed at ``offset - 1`` or later; the file's ``size`` if there is none."""
    block_start = max(offset - 1, 0)
    stream.seek(block_start)
    while block := stream.read(_PROBED_BYTES):
        index = block.find(b"\n")
        if index >= 0:
            return block_start + index + 1
        block_start += len(block)
    return size
