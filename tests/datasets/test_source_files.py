"""Input files are found and opened: one file, a folder or a glob; plain, compressed or corrupt; local or remote."""

import bz2
import gzip
import io
import lzma
import random
import zipfile
from contextlib import suppress

import fsspec
import pytest
import zstandard
from tests.hostile import many_purchases, plain_csv, purchase
from tests.reading import TEXT, cause_of, expected_rows, load, rows_in

from customer_analytics.core.errors import InputError
from customer_analytics.datasets import ChunkedCSVDataset
from customer_analytics.datasets.source_files import SourceFiles


def zipped(data, *names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("purchases.csv",):
            archive.writestr(name, data)
    return file.getvalue()


COMPRESSORS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.ZstdCompressor().compress(data),
    "zip": zipped,
}


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_the_compression_of_a_file_does_not_depend_on_its_name(tmp_path, suffix):
    named, nameless = tmp_path / f"purchases.csv.{suffix}", tmp_path / "delivery"
    for path in (named, nameless):
        path.write_bytes(COMPRESSORS[suffix](TEXT.encode()))

    assert rows_in(load(named)) == expected_rows(TEXT, named.name)
    assert rows_in(load(nameless)) == expected_rows(TEXT, "delivery")


def test_the_csv_files_of_a_folder_are_read_in_order_of_their_names(tmp_path):
    (tmp_path / "b.csv").write_text(plain_csv([purchase(2)]), newline="")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(plain_csv([purchase(1)]).encode()))
    (tmp_path / "c.TXT").write_text(plain_csv([purchase(3)]), newline="")
    (tmp_path / "readme.md").write_text("not a CSV")
    (tmp_path / "deeper").mkdir()

    rows = rows_in(load(tmp_path))

    assert [(row[1], row[-2], row[-1]) for row in rows] == [
        ("p1", "a.csv.gz", 1),
        ("p2", "b.csv", 1),
        ("p3", "c.TXT", 1),
    ]


def test_the_names_of_a_globs_files_are_paths_inside_its_folder(tmp_path):
    for month in ("02", "01"):
        folder = tmp_path / f"2024-{month}"
        folder.mkdir()
        (folder / "purchases.csv").write_text(plain_csv([purchase(month)]), newline="")

    rows = rows_in(load(tmp_path / "2024-*" / "purchases.csv"))

    assert [(row[1], row[-2]) for row in rows] == [
        ("p01", "2024-01/purchases.csv"),
        ("p02", "2024-02/purchases.csv"),
    ]


def test_files_of_any_fsspec_url_are_read():
    with fsspec.filesystem("memory").open("/deliveries/purchases.csv", "wb") as file:
        file.write(TEXT.encode())

    dataset = ChunkedCSVDataset(filepath="memory://deliveries/purchases.csv", fs_args={}, credentials=None)

    assert dataset.exists()
    assert rows_in(dataset.load()) == expected_rows(TEXT, "purchases.csv")


@pytest.mark.parametrize("suffix", COMPRESSORS)
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_truncated_archive_is_an_error(tmp_path, suffix, share):
    path = tmp_path / f"purchases.csv.{suffix}"
    data = COMPRESSORS[suffix](plain_csv(many_purchases(3000, nasty_share=0)).encode())
    path.write_bytes(data[: int(len(data) * share)])

    error = cause_of(path)

    assert error.startswith(f"{path.name}: expected a complete archive; found one that is truncated or corrupt (")


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_corrupt_archive_is_an_error(tmp_path, suffix):
    path = tmp_path / f"purchases.csv.{suffix}"
    data = bytearray(COMPRESSORS[suffix](plain_csv(many_purchases(3000, nasty_share=0)).encode()))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    path.write_bytes(data)

    assert f"{path.name}: expected a complete archive; found one that is truncated or corrupt (" in cause_of(path)


@pytest.mark.parametrize("suffix", COMPRESSORS)
@pytest.mark.parametrize("seed", range(5))
def test_an_archive_with_a_few_wrong_bytes_is_an_input_error_or_is_read(tmp_path, suffix, seed):
    path = tmp_path / f"purchases.csv.{suffix}"
    data = bytearray(COMPRESSORS[suffix](plain_csv(many_purchases(3000, nasty_share=0)).encode()))
    chance = random.Random(seed)  # noqa: S311  not for secrets
    for _ in range(5):
        data[chance.randrange(100, len(data) - 100)] = chance.randrange(256)
    path.write_bytes(data)

    with suppress(InputError), SourceFiles(str(path)).open(*SourceFiles(str(path)).list()) as file:
        while file.read(1 << 16):
            pass


def test_an_encrypted_archive_is_an_error(tmp_path):
    path = tmp_path / "purchases.zip"
    data = bytearray(zipped(TEXT.encode()))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1  # the flag of an encrypted file
    path.write_bytes(data)

    assert cause_of(path) == (
        "purchases.zip: expected a readable archive; found File 'purchases.csv' is encrypted, password required for "
        "extraction. Hint: extract it into a folder"
    )


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_plain_file_with_the_suffix_of_an_archive_is_an_error(tmp_path, suffix):
    path = tmp_path / f"purchases.csv.{suffix}"
    path.write_text(TEXT, newline="")

    assert cause_of(path).endswith(
        "archive; found a file that is not compressed. Hint: rename the file or download it again"
    )


def test_an_archive_with_the_suffix_of_another_compression_is_an_error(tmp_path):
    path = tmp_path / "purchases.csv.gz"
    path.write_bytes(bz2.compress(TEXT.encode()))

    assert "purchases.csv.gz: expected a gzip archive; found a bz2 archive. Hint: rename" in cause_of(path)


def test_an_archive_of_several_files_is_an_error(tmp_path):
    path = tmp_path / "purchases.zip"
    path.write_bytes(zipped(TEXT.encode(), "a.csv", "b.csv"))

    assert "purchases.zip: expected an archive of one CSV; found 'a.csv', 'b.csv'" in cause_of(path)


@pytest.mark.parametrize("missing", ["purchases.csv", "*.csv", "no/such/folder/x.csv"])
def test_the_error_of_a_missing_file_names_its_path(tmp_path, missing):
    error = cause_of(tmp_path / missing)

    assert error.startswith(
        f"{tmp_path / missing}: expected a CSV file, a folder of CSV files or a glob; found nothing there."
    )
    assert "PURCHASES_CSV" in error


def test_the_error_of_a_folder_without_csv_files_lists_its_files(tmp_path):
    (tmp_path / "notes.md").write_text("x")

    assert "expected files ending in '.csv', '.tsv', '.txt'; found 'notes.md'" in cause_of(tmp_path)


def test_an_error_of_the_disk_is_raised_unchanged(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    files = SourceFiles(str(tmp_path))

    with pytest.raises(OSError, match="Input/output error"), files.open(files.list()[0]):
        raise OSError(5, "Input/output error")
