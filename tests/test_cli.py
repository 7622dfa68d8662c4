"""The command line: an invalid run ends with one message and keeps the outputs of earlier runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from kedro.io import DatasetError
from kedro.validation import ParameterValidationError

from customer_analytics import cli
from customer_analytics.core.errors import InputError
from customer_analytics.error_message import error_message

ROOT = Path(__file__).parents[1]
HEADER = "customer_id,purchase_id,product_category,purchase_amount,purchase_date,country_code,customer_age,payment_type"
ROWS = ["1,a,Books,10.00,2024-01-31,DE,30,Card", "2,b,Books,-1,2024-02-01,UK,30,Card", "3,a,Toys,5,2024-02-01,FR,,Card"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder with a delivery of three records, run once."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    (folder / "src").mkdir()
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, folder)
    (folder / "purchases.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    ran = command(folder, "kedro", "run")
    assert ran.returncode == 0, ran.stderr
    (folder / "console.txt").write_text(ran.stderr)
    return folder


def command(folder, *arguments, **settings):
    environment = {name: text for name, text in os.environ.items() if name not in {"DATA_DIR", "THREADS", "CHUNK_ROWS"}}
    environment |= {"PURCHASES_CSV": str(folder / "purchases.csv"), "KEDRO_DISABLE_TELEMETRY": "1", **settings}
    program = {"kedro": [str(Path(sys.executable).with_name("kedro"))]}.get(
        arguments[0], [sys.executable, *arguments[:2]]
    )
    options = arguments[1:] if arguments[0] == "kedro" else arguments[2:]
    return subprocess.run(  # noqa: S603  this project's own commands
        [*program, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


INVALID_RUNS = {
    "a file that is not there": ({"PURCHASES_CSV": "none.csv"}, (), ("none.csv", "nothing there", "PURCHASES_CSV")),
    "a number that is none": ({"CHUNK_ROWS": "abc"}, (), ("CHUNK_ROWS", "'abc'")),
    "an unknown key": ({}, ("--params", "contract.age_mni=5"), ("contract", "'age_mni'")),
    "an impossible value": ({}, ("--params", "csv.delimiter=xx"), ("delimiter", "one ASCII character", "'xx'")),
    "an unknown pipeline": ({}, ("--pipelines", "nosuch"), ("--pipelines", "'cleaning'", "'nosuch'")),
    "an unknown node": ({}, ("--nodes", "nosuch"), ("nosuch",)),
}


@pytest.mark.parametrize("reason", INVALID_RUNS)
def test_an_invalid_run_ends_with_one_message_and_leaves_the_outputs(project, reason):
    settings, options, named = INVALID_RUNS[reason]
    before = {path: path.stat().st_mtime_ns for path in (project / "data").rglob("*") if path.is_file()}

    ran = command(project, "kedro", "run", *options, **settings)

    errors = [line for line in ran.stderr.splitlines() if line.startswith("Error: ")]
    assert ran.returncode == 1
    assert len(errors) == 1
    assert "WARNING" not in ran.stdout + ran.stderr
    assert "Traceback (most" not in ran.stdout + ran.stderr
    assert all(name in errors[0] for name in named)
    assert {path: path.stat().st_mtime_ns for path in (project / "data").rglob("*") if path.is_file()} == before


TABLES = (
    *("typed_purchases", "clean_purchases", "quarantined_purchases", "duplicate_purchases", "outlier_purchases"),
    *("revenue_by_country", "revenue_by_category", "revenue_by_country_category", "revenue_by_month"),
    "numeric_summary",
)
HELPERS = (
    *("amount_distribution", "purchases_by_window", "drift_findings", "simulated_drift_findings", "runs"),
    "sampled_purchases",
)


def test_a_run_shows_summaries_of_the_tables_that_people_ask_for_and_logs_all(project):
    summary = re.compile(r"(\w+): [\d,]+ rows, [\d.]+ MB in memory$", re.MULTILINE)
    log = min((project / "logs").glob("*.log")).read_text()

    assert sorted(summary.findall((project / "console.txt").read_text())) == sorted(TABLES)
    assert sorted(summary.findall(log)) == sorted((*TABLES, *HELPERS))


def test_a_run_shows_only_the_verdict_of_the_simulated_drift(project):
    lines = [line for line in (project / "console.txt").read_text().splitlines() if " simulated_" in line]

    assert len(lines) == 1
    assert lines[0].endswith("and amounts 12 % higher: insufficient_data.")


def test_the_traceback_is_shown_when_it_is_asked_for(project):
    ran = command(project, "kedro", "run", PURCHASES_CSV="none.csv", KEDRO_TRACEBACK="1")

    assert ran.returncode == 1
    assert "Traceback (most recent call last)" in ran.stderr


def test_the_package_runs_as_a_module_in_any_folder(project, tmp_path):
    shutil.copytree(project / "conf", tmp_path / "conf")  # a checkout's package holds none; the wheel's does

    ran = command(tmp_path, "-m", "customer_analytics", PURCHASES_CSV="none.csv")

    assert ran.returncode == 1
    assert "Error: " in ran.stderr
    assert "nothing there" in ran.stderr


def test_the_ledger_command_shows_rows_and_money_by_fate_and_the_outputs(project):
    ran = command(project, "kedro", "ledger")

    lines = [" ".join(line.split()) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stderr
    assert lines[:7] == [
        "From 'purchases.csv':",
        "rows money",
        "3 rows read 14.00",
        "1 clean 10.00",
        "1 quarantined -1.00",
        "0 exact duplicates 0.00",
        "1 conflicting duplicates 5.00",
    ]
    assert "1 negative:purchase_amount" in lines
    assert "ledger data/08_reporting/ledger.json" in lines
    assert "summary_report data/08_reporting/latest/summary_report.html" in lines
    assert lines[-1] == f"The report of the run: {(project / 'data/08_reporting/latest/summary_report.html').as_uri()}"


def test_the_ledger_command_says_what_is_missing_before_the_first_run(project, tmp_path):
    ran = command(project, "kedro", "ledger", DATA_DIR=str(tmp_path))

    assert ran.returncode == 1
    assert "ledger.json" in ran.stderr
    assert "Traceback (most" not in ran.stderr


def test_the_ledger_command_ends_silently_if_the_reader_of_its_output_closes_the_pipe(project):
    program = [str(Path(sys.executable).with_name("kedro")), "ledger"]
    settings = {**os.environ, "DATA_DIR": "data", "KEDRO_DISABLE_TELEMETRY": "1"}
    with subprocess.Popen(program, cwd=project, env=settings, stdout=-1, stderr=-1, text=True) as ran:  # noqa: S603  same
        ran.stdout.close()
        assert "roken pipe" not in ran.stderr.read()
    assert ran.returncode == 1


def chained(outer, inner):
    try:
        try:
            raise inner
        except type(inner) as cause:
            raise outer from cause
    except type(outer) as error:
        return error


def test_the_projects_own_words_come_first():
    ours = InputError("a.csv", "a header", "nothing", "look again")

    assert error_message(chained(DatasetError("Failed while loading"), ours)) == str(ours)


def test_the_systems_words_come_before_kedros_with_the_datasets_name():
    full = OSError(28, "No space left on device")
    error = chained(DatasetError("clean_purchases: Failed while saving data to dataset X"), full)

    assert error_message(error) == "clean_purchases: [Errno 28] No space left on device"


def test_notes_follow_the_message():
    error = DatasetError("Failed while saving")
    error.add_note("Traceback: logs/a.log")

    assert error_message(error) == "Failed while saving\nTraceback: logs/a.log"


@pytest.mark.parametrize(
    ("kedro_message", "shown"),
    [
        ("'a': Failed to instantiate A for parameter 'a': a.b: expected 1; found 2", "a.b: expected 1; found 2"),
        (
            "'a': Failed to instantiate A for parameter 'a': A.__init__() got an unexpected keyword argument 'c'",
            "a: expected the keys it has in conf/base; found 'c'. Hint: correct or remove it",
        ),
        ("'a': value is None but type is not Optional", "a: value is None but type is not Optional"),
    ],
)
def test_parameters_are_named_without_kedros_machinery(kedro_message, shown):
    error = ParameterValidationError(f"Parameter validation failed:\n- Parameter {kedro_message}")

    assert error_message(error) == shown


def run_with(monkeypatch, error):
    def fail(**_options):
        raise error

    monkeypatch.setattr(cli.stock_run, "callback", fail)
    cli.run.callback(pipeline=None, pipelines=["quicklook"])


def test_an_error_that_a_user_can_mend_becomes_a_message(monkeypatch):
    monkeypatch.delenv("KEDRO_TRACEBACK", raising=False)

    with pytest.raises(click.ClickException, match="Failed while loading"):
        run_with(monkeypatch, DatasetError("Failed while loading"))


def test_an_error_keeps_its_traceback_when_that_is_asked_for(monkeypatch):
    monkeypatch.setenv("KEDRO_TRACEBACK", "1")

    with pytest.raises(DatasetError):
        run_with(monkeypatch, DatasetError("Failed while loading"))


def test_a_bug_keeps_its_traceback(monkeypatch):
    with pytest.raises(ValueError, match="a bug"):
        run_with(monkeypatch, ValueError("a bug"))


def test_the_command_begins_before_what_a_run_needs_is_imported():
    script = "import customer_analytics.settings, customer_analytics.cli, sys; print(*sys.modules)"

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  same

    assert not {"pandas", "numba"} & {*run.stdout.split()}


def test_kedro_run_keeps_all_options():
    assert cli.run.params is cli.stock_run.params
    assert "--only-missing-outputs" in {name for option in cli.run.params for name in option.opts}
