"""CSV files found and opened: one, a folder or a glob; plain, packed or broken; here or remote."""

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


PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.ZstdCompressor().compress(data),
    "zip": zipped,
}


@pytest.mark.parametrize("suffix", PACKED)
def test_compressed_files_are_read_by_what_they_are(tmp_path, suffix):
    named, nameless = tmp_path / f"purchases.csv.{suffix}", tmp_path / "delivery"
    for path in (named, nameless):
        path.write_bytes(PACKED[suffix](TEXT.encode()))

    assert rows_in(load(named)) == expected_rows(TEXT, named.name)
    assert rows_in(load(nameless)) == expected_rows(TEXT, "delivery")


def test_a_folder_is_read_in_order_of_its_files_names_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "b.csv").write_text(plain_csv([purchase(2)]), newline="")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(plain_csv([purchase(1)]).encode()))
    (tmp_path / "c.TXT").write_text(plain_csv([purchase(3)]), newline="")
    (tmp_path / "readme.md").write_text("not a CSV")
    (tmp_path / "deeper").mkdir()

    found = rows_in(load(tmp_path))

    assert [(row[1], row[-2], row[-1]) for row in found] == [
        ("p1", "a.csv.gz", 1),
        ("p2", "b.csv", 1),
        ("p3", "c.TXT", 1),
    ]


def test_a_glob_names_files_by_their_path_under_its_folder(tmp_path):
    for month in ("02", "01"):
        folder = tmp_path / f"2024-{month}"
        folder.mkdir()
        (folder / "purchases.csv").write_text(plain_csv([purchase(month)]), newline="")

    found = rows_in(load(tmp_path / "2024-*" / "purchases.csv"))

    assert [(row[1], row[-2]) for row in found] == [
        ("p01", "2024-01/purchases.csv"),
        ("p02", "2024-02/purchases.csv"),
    ]


def test_files_behind_any_fsspec_url_are_read():
    with fsspec.filesystem("memory").open("/deliveries/purchases.csv", "wb") as file:
        file.write(TEXT.encode())

    dataset = ChunkedCSVDataset(filepath="memory://deliveries/purchases.csv", fs_args={}, credentials=None)

    assert dataset.exists()
    assert rows_in(dataset.load()) == expected_rows(TEXT, "purchases.csv")


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("kept", [0.5, 0.95])
def test_a_truncated_archive_is_refused(tmp_path, suffix, kept):
    path = tmp_path / f"purchases.csv.{suffix}"
    data = PACKED[suffix](plain_csv(many_purchases(3000, nasty_share=0)).encode())
    path.write_bytes(data[: int(len(data) * kept)])

    found = cause_of(path)

    assert found.startswith(f"{path.name}: expected a whole archive; found one that breaks off or is corrupt (")


@pytest.mark.parametrize("suffix", PACKED)
def test_a_corrupt_archive_is_refused(tmp_path, suffix):
    path = tmp_path / f"purchases.csv.{suffix}"
    data = bytearray(PACKED[suffix](plain_csv(many_purchases(3000, nasty_share=0)).encode()))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    path.write_bytes(data)

    assert f"{path.name}: expected a whole archive; found one that breaks off or is corrupt (" in cause_of(path)


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("seed", range(5))
def test_an_archive_with_a_few_wrong_bytes_is_refused_or_read(tmp_path, suffix, seed):
    path = tmp_path / f"purchases.csv.{suffix}"
    data = bytearray(PACKED[suffix](plain_csv(many_purchases(3000, nasty_share=0)).encode()))
    chance = random.Random(seed)  # noqa: S311  not for secrets
    for _ in range(5):
        data[chance.randrange(100, len(data) - 100)] = chance.randrange(256)
    path.write_bytes(data)

    with suppress(InputError), SourceFiles(str(path)).open(*SourceFiles(str(path)).list()) as file:
        while file.read(1 << 16):
            pass


def test_an_archive_with_a_password_is_refused(tmp_path):
    path = tmp_path / "purchases.zip"
    data = bytearray(zipped(TEXT.encode()))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1  # what tells that the file is encrypted
    path.write_bytes(data)

    assert cause_of(path) == (
        "purchases.zip: expected an archive that opens; found File 'purchases.csv' is encrypted, password required for "
        "extraction. Hint: unpack it into a folder"
    )


@pytest.mark.parametrize("suffix", PACKED)
def test_a_file_that_only_claims_to_be_an_archive_is_refused(tmp_path, suffix):
    path = tmp_path / f"purchases.csv.{suffix}"
    path.write_text(TEXT, newline="")

    assert cause_of(path).endswith("archive; found something else. Hint: rename the file or fetch it again")


def test_an_archive_of_several_files_is_refused(tmp_path):
    path = tmp_path / "purchases.zip"
    path.write_bytes(zipped(TEXT.encode(), "a.csv", "b.csv"))

    assert "purchases.zip: expected an archive of one CSV; found 'a.csv', 'b.csv'" in cause_of(path)


@pytest.mark.parametrize("missing", ["purchases.csv", "*.csv", "no/such/folder/x.csv"])
def test_nothing_there_is_said_with_the_path(tmp_path, missing):
    found = cause_of(tmp_path / missing)

    assert found.startswith(
        f"{tmp_path / missing}: expected a CSV file, a folder of them or a glob; found nothing there."
    )
    assert "PURCHASES_CSV" in found


def test_a_folder_without_csvs_says_what_is_in_it(tmp_path):
    (tmp_path / "notes.md").write_text("x")

    assert "expected files ending in '.csv', '.tsv', '.txt'; found 'notes.md'" in cause_of(tmp_path)


def test_a_trouble_of_the_disk_is_told_as_it_is(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    files = SourceFiles(str(tmp_path))

    with pytest.raises(OSError, match="Input/output error"), files.open(files.list()[0]):
        raise OSError(5, "Input/output error")
