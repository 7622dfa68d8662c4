"""Tables are written in a background thread while the next one is made."""

import threading

import pyarrow as pa
import pytest

from customer_analytics.datasets.background_writer import write_behind


def tables(count):
    return [pa.table({"number": [number]}) for number in range(count)]


@pytest.mark.parametrize("count", range(4))
def test_all_tables_are_written_in_order(count):
    written = []

    write_behind(tables(count), written.append)

    assert written == tables(count)


def test_the_next_table_is_made_while_one_is_written():
    made = threading.Event()
    waited = []

    def two_tables():
        yield from tables(1)
        made.set()
        yield from tables(1)

    write_behind(two_tables(), lambda _: waited.append(made.wait(10)))

    assert waited == [True, True]


@pytest.mark.parametrize("failing", [0, 2])
def test_an_error_while_writing_is_raised_and_no_later_table_is_written(failing):
    written = []

    def write(table):
        if table == tables(3)[failing]:
            raise OSError("No space left on device")
        written.append(table)

    with pytest.raises(OSError, match="No space left"):
        write_behind(tables(3), write)

    assert written == tables(3)[:failing]


def test_an_error_while_making_is_raised_after_the_tables_before_it_are_written():
    written = []

    def two_tables_and_an_error():
        yield from tables(2)
        raise ValueError("a broken chunk")

    with pytest.raises(ValueError, match="a broken chunk"):
        write_behind(two_tables_and_an_error(), written.append)

    assert written == tables(2)
