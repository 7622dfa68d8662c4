"""Tables written behind those who make them."""

import threading

import pyarrow as pa
import pytest

from customer_analytics.datasets.background_writer import write_behind


def tables(count):
    return [pa.table({"number": [number]}) for number in range(count)]


@pytest.mark.parametrize("count", range(4))
def test_all_are_written_in_order(count):
    written = []

    write_behind(tables(count), written.append)

    assert written == tables(count)


def test_the_next_table_is_made_while_one_is_written():
    made = threading.Event()
    waited = []

    def two():
        yield from tables(1)
        made.set()
        yield from tables(1)

    write_behind(two(), lambda _: waited.append(made.wait(10)))

    assert waited == [True, True]


@pytest.mark.parametrize("failing", [0, 2])
def test_what_goes_wrong_while_writing_is_raised_and_nothing_is_written_after_it(failing):
    written = []

    def write(table):
        if table == tables(3)[failing]:
            raise OSError("No space left on device")
        written.append(table)

    with pytest.raises(OSError, match="No space left"):
        write_behind(tables(3), write)

    assert written == tables(3)[:failing]


def test_what_goes_wrong_while_making_is_raised_after_what_was_made_is_written():
    written = []

    def broken():
        yield from tables(2)
        raise ValueError("a chunk that cannot be made")

    with pytest.raises(ValueError, match="cannot be made"):
        write_behind(broken(), written.append)

    assert written == tables(2)
