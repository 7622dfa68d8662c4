"""The ``memory_profiling`` pipeline after a run: real Kedro sessions, trials in real processes."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError
from tests.hostile import line_of, many_purchases
from tests.oracle import COLUMNS

from customer_analytics.pipelines.memory_profiling import create_pipeline

pytestmark = pytest.mark.filterwarnings("ignore:register_new_resolver")  # Kedro uses a deprecated name of omegaconf

ROOT = Path(__file__).parents[2]
GERMAN = 'csv: {delimiter: ";", encoding: latin-1, columns: {customer_id: Kundennummer}}'
SMALL = {"memory_profiling": {"chunk_rows": [50], "trial_rows": 400, "memory_budget_mb": 5000, "repeats": 1}}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project's configuration, with a local one for German files."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    (folder / "conf" / "local" / "globals.yml").write_text(GERMAN)
    (folder / "src").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def run(project, tmp_path, monkeypatch):
    """A function that runs pipelines on a file in a new session and returns the folder of the reports."""

    def start(csv, *pipelines, params=None):
        for name, value in {
            "PURCHASES_CSV": csv,
            "DATA_DIR": tmp_path / "data",
            "THREADS": 1,
            "CHUNK_ROWS": "",
        }.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.chdir(project)
        bootstrap_project(project)
        with KedroSession.create(project_path=project, runtime_params=params) as session:
            session.run(pipeline_names=list(pipelines))
        return tmp_path / "data" / "08_reporting"

    return start


@pytest.fixture
def german(tmp_path):
    """A delivery with semicolons, umlauts in Latin-1 and a German header."""
    header = ["Kundennummer" if column == "customer_id" else column for column in COLUMNS]
    rows = [[row[column] for column in COLUMNS] for row in many_purchases(600, seed=4, nasty_share=0)]
    path = tmp_path / "delivery.csv"
    path.write_text("".join(f"{line_of(record, ';')}\n" for record in (header, *rows)), encoding="latin-1")
    return path


def test_a_german_delivery_is_profiled_and_a_chunk_size_recommended(run, german):
    folder = run(german, "ingestion", "memory_profiling", params=SMALL)

    summary = json.loads((folder / "memory_report_summary.json").read_text())
    trials = pd.read_parquet(folder / "chunk_rows_trials.parquet")
    assert trials[["chunk_rows", "rows", "outcome"]].to_numpy().tolist() == [[50, 400, "done"]]
    assert summary["chunk_rows"]["recommended"] == 50
    assert summary["tables"]["raw_purchases"]["rows"] == 600
    assert all(table["saved_share"] > 0.7 for table in summary["tables"].values())
    assert all(timing["equal"] for timing in summary["calculations"])
    assert len(pd.read_parquet(folder / "calculation_speeds.parquet")) == 6
    table = pd.read_parquet(folder / "memory_report.parquet")
    assert set(table["table"]) == {"raw_purchases", "typed_purchases"}
    for name in ("memory_by_column", "calculation_speeds", "chunk_rows"):
        assert json.loads((folder / f"{name}_chart.json").read_text())["data"]
    assert not list(folder.parent.glob(".*"))


def test_without_a_typed_table_the_run_fails_before_the_trials(run, german):
    with pytest.raises(DatasetError, match=r"typed_purchases\.arrows: expected a table that an earlier pipeline wrote"):
        run(german, "memory_profiling", params=SMALL)


def test_an_invalid_setting_fails_before_the_run(run, german):
    with pytest.raises(Exception, match=r"memory_profiling\.memory_budget_mb: expected a number above 0; found -1"):
        run(german, "memory_profiling", params={"memory_profiling": {"memory_budget_mb": -1}})


def test_the_pipeline_uses_the_names_of_the_catalog():
    pipeline = create_pipeline()

    assert pipeline.inputs() == {
        *("raw_purchases", "typed_purchases", "chunk_trial_bench"),
        *("params:contract", "params:memory_profiling"),
    }
    assert pipeline.outputs() == {
        *("memory_report", "memory_report_summary", "chunk_rows_trials"),
        *("memory_by_column_chart", "calculation_speeds_chart", "chunk_rows_chart"),
    }
