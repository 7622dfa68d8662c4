"""``ChunkedCSVDataset``: encodings, dialects, chunks, previews and errors."""

import pytest
from kedro.io import DatasetError
from kedro.io.core import AbstractDataset
from tests.hostile import plain_csv, purchase
from tests.oracle import COLUMNS
from tests.reading import ROWS, TEXT, cause_of, expected_rows, load, rows_in

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.errors import SettingError
from customer_analytics.datasets import ChunkedCSVDataset


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_bytes(TEXT.encode())
    return path


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("chunk_rows", [1, 7, 1000, None])
def test_chunks_are_in_order_hold_at_most_chunk_rows_and_can_be_read_again(csv_file, chunk_rows, threads):
    chunks = load(csv_file, chunk_rows=chunk_rows, threads=threads)

    sizes = [len(chunk) for chunk in chunks]

    assert max(sizes) <= (chunk_rows or 65_536)
    assert rows_in(chunks) == rows_in(chunks) == expected_rows(TEXT, "purchases.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_unicode_encoding_gives_the_same_text(tmp_path, encoding):
    text = TEXT.replace("\ufeff", "")
    path = tmp_path / "purchases.csv"
    path.write_bytes(text.encode(encoding))

    assert rows_in(load(path, dialect={"encoding": encoding})) == expected_rows(text, path.name)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp1250", "iso8859-15"])
def test_encodings_of_one_byte_per_character_are_read(tmp_path, encoding):
    text = plain_csv([purchase(number, product_category="K\u00fc\u00e7he \u00df") for number in range(50)])
    path = tmp_path / "purchases.csv"
    path.write_bytes(text.replace("\u00e7", "c").encode(encoding))

    rows = rows_in(load(path, dialect={"encoding": encoding}, chunk_rows=7))

    assert {row[2] for row in rows} == {"K\u00fcche \u00df"}


def test_columns_can_be_mapped_and_reordered_among_other_columns(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text("x;payment_type;Kundennummer;" + ";".join(COLUMNS[1:7]) + "\n;card;5;p1;B;1;2024-01-01;DE;30\n")

    (row,) = rows_in(load(path, dialect={"delimiter": ";", "columns": {"customer_id": "KUNDENNUMMER "}}))

    assert row[:8] == ("5", "p1", "B", "1", "2024-01-01", "DE", "30", "card")


def test_only_selected_columns_are_read(csv_file):
    (chunk,) = load(csv_file).select(["purchase_id", "source_row"])

    assert list(chunk.columns) == ["purchase_id", "source_row"]
    assert list(chunk["purchase_id"]) == [row[1] for row in expected_rows(TEXT, "")]


def test_fields_with_every_line_end_and_a_last_record_without_one_are_read(tmp_path):
    path = tmp_path / "purchases.csv"
    text = TEXT.removesuffix("\n").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert rows_in(load(path, chunk_rows=3)) == expected_rows(text, path.name)


def test_a_record_longer_than_a_read_is_one_record(tmp_path):
    path = tmp_path / "purchases.csv"
    rows = [purchase(1, product_category="long\n" * 60_000), purchase(2), purchase(3, payment_type="x" * 300_000)]
    path.write_text(plain_csv(rows), newline="")

    records = rows_in(load(path, chunk_rows=1))

    assert records == expected_rows(plain_csv(rows), path.name)


def test_a_header_longer_than_the_first_read_is_found(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text(",".join(COLUMNS) + "," + "x" * 200_000 + "\n" + ",".join(["1"] * 9) + "\n")

    assert len(rows_in(load(path))) == 1


def test_a_file_of_only_a_header_has_no_rows(tmp_path):
    for text in (",".join(COLUMNS), ",".join(COLUMNS) + "\n", "\n\n" + ",".join(COLUMNS) + "\r\n\r\n"):
        path = tmp_path / "purchases.csv"
        path.write_text(text, newline="")

        assert rows_in(load(path)) == []


def test_chunks_can_be_read_again_after_an_iteration_that_stopped_early(csv_file):
    chunks = load(csv_file, chunk_rows=5, threads=2)

    first = next(iter(chunks))

    assert len(first) == 5
    assert len(rows_in(chunks)) == len(ROWS)


BAD_FILES = {
    "empty": (b"", "purchases.csv: expected a CSV with a header; found an empty file. Hint: "),
    "blank lines": (b"\n\r\n\n", "purchases.csv: expected a header; found blank lines only. Hint: "),
    "binary": (
        b"\x89PNG\0\0\0\r" * 99,
        "purchases.csv: expected text; found a binary file (it holds NUL bytes). Hint: ",
    ),
    "a missing column": (
        ",".join(COLUMNS[:7]).encode() + b"\n",
        "purchases.csv: expected a column 'payment_type'; found the header 'customer_id', ",
    ),
    "a doubled column": (
        ",".join([*COLUMNS, " Country_Code "]).encode() + b"\n",
        "purchases.csv: expected one column 'country_code'; found 2 in the header 'customer_id', ",
    ),
    "another delimiter": (
        ";".join(COLUMNS).encode() + b"\n",
        "Hint: set csv.delimiter in globals.yml (now ',')",
    ),
    "not UTF-8": (
        plain_csv([purchase(), purchase(2), purchase(3, payment_type="\u00fc")]).encode("latin-1"),
        "purchases.csv, record 3: expected UTF-8 text; found byte 0xfc. Hint: set csv.encoding in globals.yml",
    ),
    "a quote in the header that never closes": (
        ('"' + ",".join(COLUMNS) + "\n1,2\n").encode(),
        "purchases.csv: expected a header; found a quote in it that never closes. Hint: correct it, or set csv.quote",
    ),
    "a header without an end": (
        ('"' + ",".join(COLUMNS) + "\n").encode() + b"1,2\n" * 5_000_000,
        "purchases.csv, header: expected at most 16777216 bytes; found no end of the record. Hint: a quote",
    ),
    "a header that is not UTF-8": (
        plain_csv([], header=[*COLUMNS[:7], "Zahlungsart \u00fc"]).encode("latin-1"),
        "purchases.csv: expected a column 'payment_type'; found the header ",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_the_error_of_a_bad_file_names_it_and_has_a_hint(tmp_path, name):
    data, message = BAD_FILES[name]
    path = tmp_path / "purchases.csv"
    path.write_bytes(data)

    error = cause_of(path)

    assert message in error
    assert ". Hint: " in error


def test_bytes_that_are_no_text_in_the_encoding_are_an_error(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_bytes(TEXT.encode("utf-16")[:-1])

    assert "purchases.csv: expected text in utf-16; found " in cause_of(path, dialect={"encoding": "utf-16"})


def test_the_error_of_a_quote_that_never_closes_names_its_record(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text(plain_csv([purchase(1)]) + '2,p2,"Books,' + ("1,2\n" * 50_000))

    error = cause_of(path, dialect={"max_record_bytes": 70_000})

    assert "purchases.csv, record 2: expected at most 70000 bytes; found no end of the record. Hint: a quote" in error


INVALID_SETTINGS = [
    (
        {"dialect": {"delimitr": ";"}},
        r"csv in globals\.yml: expected the keys 'delimiter', .*; found 'delimitr'\. Hint: ",
    ),
    ({"dialect": ["delimiter"]}, r"csv in globals\.yml: expected a map of 'delimiter', .*; found \['delimiter'\]"),
    ({"dialect": {"delimiter": ";;"}}, r"delimiter: expected one ASCII character.*; found ';;'"),
    ({"dialect": {"delimiter": "\n"}}, r"delimiter: expected "),
    ({"dialect": {"quote": ","}}, r"quote: expected .*; found ','"),
    ({"dialect": {"quote": 5}}, r"quote: expected .*; found 5"),
    ({"dialect": {"encoding": "utf-9"}}, r"encoding: expected .*; found 'utf-9'"),
    ({"dialect": {"encoding": "base64"}}, r"encoding: expected .*; found 'base64'"),
    ({"dialect": {"columns": {"client": "x"}}}, r"columns: expected .*; found \{'client': 'x'\}"),
    ({"dialect": {"columns": {"customer_id": 1}}}, r"columns: expected "),
    ({"dialect": {"max_record_bytes": 0}}, r"max_record_bytes: expected a number of bytes up to 1073741824; found 0"),
    ({"dialect": {"max_record_bytes": 1 << 31}}, r"max_record_bytes: expected a number of bytes up to 1073741824; "),
    ({"overrides": {"delimiter": ""}}, r"delimiter: expected .*; found ''"),
    ({"chunk_rows": 0.5}, r"CHUNK_ROWS: expected a whole number from 1; found '?0\.5"),
    ({"chunk_rows": -3}, r"CHUNK_ROWS: expected a whole number from 1; found '?-3"),
    ({"chunk_rows": "many"}, r"CHUNK_ROWS: expected a whole number from 1; found 'many'"),
    ({"chunk_rows": 0}, r"CHUNK_ROWS: expected a whole number from 1; found '?0"),
    ({"chunk_rows": "0"}, r"CHUNK_ROWS: expected a whole number from 1; found '0'"),
    ({"threads": 0}, r"THREADS: expected a whole number from 1; found '?0"),
    ({"threads": "two"}, r"THREADS: expected a whole number from 1; found 'two'"),
]


@pytest.mark.parametrize(("options", "message"), INVALID_SETTINGS)
def test_the_error_of_an_invalid_setting_names_its_key(options, message):
    with pytest.raises(SettingError, match=message):
        ChunkedCSVDataset(filepath="purchases.csv", **options)


def test_overrides_override_the_dialect(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text(plain_csv([purchase()], delimiter="|"))

    assert len(rows_in(load(path, dialect={"delimiter": ";"}, overrides={"delimiter": "|"}))) == 1


def test_a_catalog_entry_makes_the_dataset(csv_file):
    entry = {
        "type": "customer_analytics.datasets.ChunkedCSVDataset",
        "filepath": str(csv_file),
        "threads": "2",
        "metadata": {"kedro-viz": {"layer": "raw"}},
    }

    dataset = AbstractDataset.from_config("raw_purchases", entry)

    assert isinstance(dataset.load(), LocalChunks)
    assert dataset.metadata == entry["metadata"]
    assert str(csv_file) in str(dataset)


def test_a_dataset_exists_if_there_is_a_file(tmp_path, csv_file):
    assert ChunkedCSVDataset(filepath=str(csv_file)).exists()
    assert ChunkedCSVDataset(filepath=str(tmp_path)).exists()
    assert not ChunkedCSVDataset(filepath=str(tmp_path / "other.csv")).exists()


def test_a_preview_shows_the_first_records(csv_file, tmp_path):
    preview = ChunkedCSVDataset(filepath=str(csv_file)).preview(nrows=3)

    assert preview["columns"][:8] == list(COLUMNS)
    assert [row[:8] for row in preview["data"]] == [[row[column] for column in COLUMNS] for row in ROWS[:3]]

    empty = tmp_path / "empty.csv"
    empty.write_text(plain_csv([]))

    assert ChunkedCSVDataset(filepath=str(empty)).preview()["data"] == []


def test_a_preview_opens_only_the_first_file(tmp_path):
    (tmp_path / "1.csv").write_text(plain_csv([purchase(number) for number in range(1, 9)]))
    (tmp_path / "2.csv").write_text("no,purchases")

    preview = ChunkedCSVDataset(filepath=str(tmp_path)).preview(nrows=3)

    assert [row[preview["columns"].index("source_row")] for row in preview["data"]] == [1, 2, 3]


def test_saving_is_an_error(csv_file):
    with pytest.raises(DatasetError, match="expected to be read only"):
        ChunkedCSVDataset(filepath=str(csv_file)).save(LocalChunks.of([]))

    assert csv_file.read_bytes() == TEXT.encode()


def test_no_file_is_touched_before_a_load(tmp_path):
    ChunkedCSVDataset(filepath=str(tmp_path / "nowhere" / "purchases.csv"))

    assert list(tmp_path.iterdir()) == []
