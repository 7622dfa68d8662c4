"""Real Kedro sessions on real files: the same bytes however they ran, and the truth about what was delivered."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from tests import oracle
from tests.hostile import many_purchases, plain_csv, purchase
from tests.making import judged, rows_of, table_rows

ROOT = Path(__file__).parents[1]
DEFAULT = ("ingestion", "cleaning", "aggregation")
OUTPUTS = (
    "02_intermediate/typed_purchases.arrows",
    "03_primary/clean_purchases.parquet",
    "03_primary/quarantined_purchases.parquet",
    "03_primary/duplicate_purchases.parquet",
    "04_feature/revenue_by_country.parquet",
    "04_feature/revenue_by_category.parquet",
    "04_feature/revenue_by_country_category.parquet",
    "04_feature/revenue_by_month.parquet",
    "04_feature/numeric_summary.parquet",
    "04_feature/outlier_purchases.parquet",
    "08_reporting/ledger.json",
)
TEXT = plain_csv(many_purchases(2500, seed=11, nasty_share=0.03)) + "ragged,record\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project's configuration, so that logs and statistics of tests stay out of the checkout."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    (folder / "src").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def run(project, tmp_path, monkeypatch):
    """Runs pipelines in a session of their own; returns the data folder."""

    def start(csv, pipelines=DEFAULT, data=None, params=None, **runtime):
        data = data or tmp_path / "data"
        settings = {"PURCHASES_CSV": csv, "DATA_DIR": data, "CHUNK_ROWS": "", "THREADS": ""}
        settings |= {name.upper(): setting for name, setting in runtime.items()}
        for name, value in settings.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.chdir(project)
        bootstrap_project(project)
        with KedroSession.create(project_path=project, runtime_params=params) as session:
            session.run(pipeline_names=list(pipelines))
        return data

    return start


@pytest.fixture(scope="module")
def csv_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("raw") / "purchases.csv"
    path.write_bytes(TEXT.encode())
    return path


def digests(data):
    return {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in OUTPUTS}


@pytest.fixture(scope="module")
def usual(csv_file, project, tmp_path_factory):
    """The outputs of a run with the usual settings: data folder and digest of every file."""
    with pytest.MonkeyPatch.context() as patch:
        data = run.__wrapped__(project, tmp_path_factory.mktemp("usual"), patch)(csv_file)
    return data, digests(data)


@pytest.mark.parametrize(("chunk_rows", "threads"), [(100, 4), (1000, 1), (1000, 2), ("", 1), ("", 4)])
def test_every_output_has_the_same_bytes_for_any_chunks_and_threads(run, csv_file, usual, chunk_rows, threads):
    data = run(csv_file, chunk_rows=chunk_rows, threads=threads)

    assert digests(data) == usual[1]


@pytest.mark.parametrize(("chunk_rows", "threads"), [(1, 1), (1, 2), (7, 4)])
def test_the_shortest_chunks_give_the_same_bytes(run, tmp_path, chunk_rows, threads):
    path = tmp_path / "purchases.csv"
    path.write_text(plain_csv(many_purchases(60, seed=13)), newline="")

    data = run(path, chunk_rows=chunk_rows, threads=threads)

    assert digests(data) == digests(run(path, data=tmp_path / "other"))


def test_the_tables_on_disk_are_the_oracles(usual):
    settled = oracle.settle(oracle.judge_file(TEXT))
    tables = {Path(name).stem: usual[0] / name for name in OUTPUTS}

    with pa.ipc.open_stream(tables["typed_purchases"].read_bytes()) as stream:
        typed = stream.read_all().to_pandas(types_mapper=pd.ArrowDtype)
    clean = pd.read_parquet(tables["clean_purchases"], dtype_backend="pyarrow")
    quarantined = pd.read_parquet(tables["quarantined_purchases"])
    duplicates = pd.read_parquet(tables["duplicate_purchases"])

    assert rows_of([typed]) == judged(settled.rows)
    assert table_rows(clean) == [row.typed_values for row in settled.clean]
    assert table_rows(quarantined) == [
        (row.file, row.number, ";".join(row.reasons), row.raw) for row in settled.quarantined
    ]
    assert table_rows(duplicates) == [
        (row.file, row.number, first.file, first.number, kind, row.purchase_id, row.amount)
        for row, first, kind in settled.duplicates
    ]


def test_the_ledger_on_disk_is_the_oracles_and_names_the_file(usual, csv_file):
    ledger = json.loads((usual[0] / "08_reporting/ledger.json").read_text())

    expected = oracle.ledger(oracle.settle(oracle.judge_file(TEXT)))
    assert {name: ledger[name] for name in expected} == expected
    assert ledger["input_files"] == [
        {
            "file": "purchases.csv",
            "bytes": csv_file.stat().st_size,
            "sha256": hashlib.sha256(csv_file.read_bytes()).hexdigest(),
            "rows": 2501,
        }
    ]


def test_a_compressed_file_and_a_folder_give_the_same_purchases(run, csv_file, usual, tmp_path):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "purchases.csv.gz").write_bytes(gzip.compress(csv_file.read_bytes()))

    data = run(folder)

    clean = "03_primary/clean_purchases.parquet"
    assert digests(data)[clean] == usual[1][clean]


def test_duplicates_are_found_across_files(run, tmp_path):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "1.csv").write_text(plain_csv([purchase(1), purchase(2, purchase_amount="x")]))
    (folder / "2.csv").write_text(plain_csv([purchase(2), purchase(1), purchase(1, purchase_amount="7")]))

    data = run(folder)

    duplicates = pd.read_parquet(data / "03_primary/duplicate_purchases.parquet")
    assert [row[:5] for row in table_rows(duplicates)] == [
        ("2.csv", 2, "1.csv", 1, "exact"),
        ("2.csv", 3, "1.csv", 1, "conflicting"),
    ]
    ledger = json.loads((data / "08_reporting/ledger.json").read_text())
    assert [(file["file"], file["rows"]) for file in ledger["input_files"]] == [("1.csv", 2), ("2.csv", 3)]


def test_a_header_alone_is_a_run_of_zero_rows_and_a_balanced_ledger(run, tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text(plain_csv([]))

    data = run(path, pipelines=(*DEFAULT, "quicklook"))

    ledger = json.loads((data / "08_reporting/ledger.json").read_text())
    assert (ledger["rows_in"], ledger["clean"], ledger["input_files"][0]["rows"]) == (0, 0, 0)
    assert len(pd.read_parquet(data / "04_feature/revenue_by_month.parquet")) == 0


MOST_DATES_MALFORMED = (
    "ledger: 2 of 3 rows are quarantined for malformed:purchase_date: see contract.date_formats in globals.yml."
)


@pytest.mark.parametrize(
    ("rows", "warned"),
    [
        ([], ["ledger: The delivery has no rows: is it complete?"]),
        (
            [purchase(1, purchase_date="31.01.2024"), purchase(2, purchase_date="01.02.2024"), purchase(3)],
            [MOST_DATES_MALFORMED],
        ),
        ([purchase(1, purchase_date="31.01.2024"), purchase(2)], []),
    ],
    ids=["no row", "most rows refused", "half of the rows refused"],
)
def test_a_run_that_balances_and_is_doubtful_ends_with_a_warning(run, tmp_path, caplog, rows, warned):
    path = tmp_path / "purchases.csv"
    path.write_text(plain_csv(rows))

    with caplog.at_level("INFO", "customer_analytics"):
        run(path)

    messages = [record.getMessage() for record in caplog.records]
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == warned
    assert messages[len(messages) - len(warned) :] == warned
    log = max(Path("logs").glob("*.log")).read_text()
    assert [line.split("hooks: ")[1] for line in log.splitlines() if " WARNING " in line] == warned


def test_settings_of_a_run_reach_the_dialect_and_the_contract(run, tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text(plain_csv([purchase(country_code="UK"), purchase(2, customer_age="8")], delimiter=";"))
    params = {"csv": {"delimiter": ";"}, "contract": {"country_aliases": {"UK": "GB"}, "age_min": 5}}

    data = run(path, params=params)

    clean = pd.read_parquet(data / "03_primary/clean_purchases.parquet")
    assert list(clean["country_code"]) == ["GB", "DE"]


def test_a_file_that_goes_bad_in_the_middle_leaves_earlier_outputs_untouched(run, csv_file, tmp_path):
    data = run(csv_file)
    before = digests(data)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(csv_file.read_bytes() + plain_csv([purchase(payment_type="\u00fc")]).encode("latin-1"))

    with pytest.raises(Exception, match=r"bad\.csv, record \d+: expected UTF-8 text; found byte 0xfc"):
        run(bad, data=data)

    assert digests(data) == before
    assert not [path for path in data.rglob("*") if path.name.endswith(".part")]


def test_a_synthesised_delivery_comes_out_as_its_truth_says(run, tmp_path):
    csv = tmp_path / "data" / "01_raw" / "purchases.csv"
    run(csv, pipelines=("synthesis",), params={"synthesis": {"rows": 4000}})

    data = run(csv, pipelines=(*DEFAULT, "quicklook"))

    truth = json.loads((data / "01_raw" / "purchases.truth.json").read_text())
    ledger = json.loads((data / "08_reporting" / "ledger.json").read_text())
    counted = (
        "rows_in",
        "clean",
        "quarantined",
        "duplicates",
        "duplicates_exact",
        "duplicates_conflicting",
        "by_reason",
        "amounts_rounded",
    )
    assert {name: ledger[name] for name in counted} == {name: truth[name] for name in counted}
    assert ledger["money_minor_units"]["clean"] == truth["revenue_cents"]
    by_country = pd.read_parquet(data / "04_feature" / "revenue_by_country.parquet").set_index("country_code")
    assert (by_country["revenue"] * 100).round().astype(int).to_dict() == truth["revenue_cents_by_country"]
    assert by_country["unique_customers"].to_dict() == truth["customers_by_country"]
    by_category = pd.read_parquet(data / "04_feature" / "revenue_by_category.parquet").set_index("product_category")
    assert (by_category["revenue"] * 100).round().astype(int).to_dict() == truth["revenue_cents_by_category"]
    by_month = pd.read_parquet(data / "04_feature" / "revenue_by_month.parquet")
    months = dict(
        zip(by_month["month"].dt.strftime("%Y-%m"), (by_month["revenue"] * 100).round().astype(int), strict=True)
    )
    assert months == truth["revenue_cents_by_month"]


def test_quicklook_agrees_with_the_oracle(run, csv_file):
    data = run(csv_file, pipelines=("quicklook",))

    table = pd.read_parquet(data / "04_feature" / "quicklook_revenue.parquet")
    assert table["orders"].sum() == 2501


def test_every_run_writes_a_log_of_its_own(run, csv_file, project):
    before = set((project / "logs").glob("*.log"))

    run(csv_file, pipelines=("quicklook",))

    (log,) = set((project / "logs").glob("*.log")) - before
    assert "quicklook_revenue: " in log.read_text()


def test_a_killed_run_started_again_completes_with_the_same_bytes(project, tmp_path, run):
    csv = tmp_path / "purchases.csv"
    csv.write_text(plain_csv(many_purchases(40_000, seed=12, nasty_share=0.02)))
    data = tmp_path / "data"
    environment = {**os.environ, "PURCHASES_CSV": str(csv), "DATA_DIR": str(data), "THREADS": "1", "CHUNK_ROWS": "100"}
    command = [sys.executable, "-m", "kedro", "run", "--pipelines", ",".join(DEFAULT)]
    process = subprocess.Popen(  # noqa: S603  our own program
        command, cwd=project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    waited = time.monotonic() + 60
    while not (parts := [*data.rglob("*.part")]) and process.poll() is None and time.monotonic() < waited:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert parts, "the run was over before it could be killed"
    assert process.returncode == -signal.SIGKILL
    assert not (data / OUTPUTS[-1]).exists()

    run(csv, data=data)

    undisturbed = run(csv, data=tmp_path / "other")
    assert digests(data) == digests(undisturbed)
    assert not [*data.rglob("*.part")]
