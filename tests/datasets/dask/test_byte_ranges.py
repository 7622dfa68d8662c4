"""Byte ranges: cut anywhere, they give the records that reading from the top gives."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.record_splitter import split_records
from customer_analytics.datasets.dask.byte_ranges import Scanner, contiguous, join_scans, rough_bounds
from customer_analytics.datasets.source_files import SourceFile, SourceFiles

HEADER = b"header\n"


def whole(body):
    """Each record's bytes, as a reader from the top finds them; without blank lines before it and its line end.

    Where a file ends in a carriage return, the line feed added to it makes one line end of the two.
    """
    data = body if not body or body.endswith(b"\n") else body + b"\n"
    found = split_records(data, b",", b'"')
    ends = [found.begin, *found.ends.tolist(), *([len(data)] if found.used < len(data) else [])]
    return [data[start:end].strip(b"\r\n") for start, end in pairwise(ends)]


def runs_of(body, block_bytes):
    """The runs that workers would find, found here."""
    files = SourceFiles("memory://purchases.csv")
    files.fs.pipe_file("/purchases.csv", HEADER + body)
    file = SourceFile("/purchases.csv", "purchases.csv", len(HEADER) + len(body))
    scanner = Scanner(files, [file], Dialect())
    bounds = contiguous([scanner.cut(one) for one in rough_bounds(0, len(HEADER), file.size, block_bytes)])
    between = [scanner.between_records(one) for one in bounds]
    inside = [scanner.inside_quotes(one) for one in bounds] if any(scan.is_open for scan in between) else None
    return list(join_scans(bounds, between, inside)) if bounds else []


def check(body, block_bytes):
    content = HEADER + body
    runs = runs_of(body, block_bytes)

    found = [whole(content[run.start : run.stop]) for run in runs]

    assert [record for records in found for record in records] == whole(body)
    assert [run.first_row for run in runs] == [1 + sum(map(len, found[:place])) for place in range(len(runs))]
    assert b"".join(content[run.start : run.stop] for run in runs) == body


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
def test_the_end_of_a_file_needs_no_line_end(body):
    check(body, 1)
