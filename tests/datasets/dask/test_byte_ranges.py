"""Byte ranges of any size hold the same records as the whole file."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.record_splitter import split_records
from customer_analytics.datasets.dask.byte_ranges import Scanner, close_gaps, equal_ranges, join_scans
from customer_analytics.datasets.source_files import SourceFile, SourceFiles

HEADER = b"header\n"


def records_of(body):
    """Return the bytes of each record of a file, without its line end and without blank lines before it."""
    data = body if not body or body.endswith(b"\n") else body + b"\n"
    records = split_records(data, Dialect())
    ends = [records.begin, *records.ends.tolist(), *([len(data)] if records.used < len(data) else [])]
    return [data[start:end].strip(b"\r\n") for start, end in pairwise(ends)]


def record_ranges_of(body, block_bytes):
    """Return the ranges that workers would find."""
    files = SourceFiles("memory://purchases.csv")
    files.fs.pipe_file("/purchases.csv", HEADER + body)
    file = SourceFile("/purchases.csv", "purchases.csv", len(HEADER) + len(body))
    scanner = Scanner(files, [file], Dialect())
    rough_ranges = equal_ranges(0, len(HEADER), file.size, block_bytes)
    ranges = close_gaps([scanner.cut_at_line_feed(rough_range) for rough_range in rough_ranges])
    between_records = [scanner.scan_between_records(byte_range) for byte_range in ranges]
    is_open = any(scan.is_open for scan in between_records)
    inside_quotes = [scanner.scan_inside_quotes(byte_range) for byte_range in ranges] if is_open else None
    return list(join_scans(ranges, between_records, inside_quotes)) if ranges else []


def check(body, block_bytes):
    content = HEADER + body
    ranges = record_ranges_of(body, block_bytes)

    records_by_range = [records_of(content[rows.start : rows.stop]) for rows in ranges]

    counts = [len(records) for records in records_by_range]
    assert [record for records in records_by_range for record in records] == records_of(body)
    assert [rows.first_row for rows in ranges] == [1 + sum(counts[:index]) for index in range(len(ranges))]
    assert b"".join(content[rows.start : rows.stop] for rows in ranges) == body


PIECES = ["a", "bb", ",", '"', '""', "\n", "\n", "\r\n", "\r", '"x\ny"', '"\n\n\n\n"', ' "', "\n\n", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=60), st.integers(1, 40))
@example(['"', "\n"] * 20, 3)
@example(["a", ',"', "\n\n\n\n\n\n\n\n\n\n", '"', "\n"], 2)
@example(["a", "\r"] * 9, 2)
@example(['"x\ny"', "\r", "a"], 1)
@example(["a", "\n\n", "a"], 1)
def test_ranges_of_any_size_hold_the_records_and_their_numbers(pieces, block_bytes):
    check("".join(pieces).encode(), block_bytes)


@pytest.mark.parametrize("block_bytes", [1, 7, 64, 10_000])
def test_a_field_longer_than_many_ranges_is_one_record(block_bytes):
    check(b'1,"' + b"line\n" * 200 + b'",2\n3,4,5\n' * 3, block_bytes)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"1,2", b'1,"2'])
def test_the_last_record_of_a_file_may_have_no_line_end(body):
    check(body, 1)
