"""The command line: a mistake ends a run with one message, before an earlier output is touched."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError
from kedro.validation import ParameterValidationError

from customer_analytics import cli
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.source_files import SourceFiles
from customer_analytics.settings import purchases_path

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


def command(folder, *words, **settings):
    environment = {name: text for name, text in os.environ.items() if name not in {"DATA_DIR", "THREADS", "CHUNK_ROWS"}}
    environment |= {"PURCHASES_CSV": str(folder / "purchases.csv"), "KEDRO_DISABLE_TELEMETRY": "1", **settings}
    program = {"kedro": [str(Path(sys.executable).with_name("kedro"))]}.get(words[0], [sys.executable, *words[:2]])
    rest = words[1:] if words[0] == "kedro" else words[2:]
    return subprocess.run(  # noqa: S603  this project's own commands
        [*program, *rest], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


MISTAKES = {
    "a file that is not there": ({"PURCHASES_CSV": "none.csv"}, (), ("none.csv", "nothing there", "PURCHASES_CSV")),
    "a number that is none": ({"CHUNK_ROWS": "abc"}, (), ("CHUNK_ROWS", "'abc'")),
    "an unknown key": ({}, ("--params", "contract.age_mni=5"), ("contract", "'age_mni'")),
    "an impossible value": ({}, ("--params", "csv.delimiter=xx"), ("delimiter", "one ASCII character", "'xx'")),
    "an unknown pipeline": ({}, ("--pipelines", "nosuch"), ("--pipelines", "'cleaning'", "'nosuch'")),
    "an unknown node": ({}, ("--nodes", "nosuch"), ("nosuch",)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_the_run_in_one_message_and_leaves_the_outputs(project, mistake):
    settings, options, named = MISTAKES[mistake]
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


def test_a_run_says_of_simulated_drift_only_how_it_ended(project):
    said = [line for line in (project / "console.txt").read_text().splitlines() if " simulated_" in line]

    assert len(said) == 1
    assert said[0].endswith("and amounts 12 % higher: insufficient_data.")


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


def test_the_ledger_command_tells_where_every_row_went(project):
    ran = command(project, "kedro", "ledger")

    words = [" ".join(line.split()) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stderr
    assert words[:7] == [
        "From 'purchases.csv':",
        "rows money",
        "3 came in 14.00",
        "1 are clean 10.00",
        "1 are quarantined -1.00",
        "0 are later copies, exact 0.00",
        "1 are later copies, conflicting 5.00",
    ]
    assert "1 negative:purchase_amount" in words
    assert "ledger data/08_reporting/ledger.json" in words
    assert "summary_report data/08_reporting/latest/summary_report.html" in words
    assert words[-1] == f"The report of the run: {(project / 'data/08_reporting/latest/summary_report.html').as_uri()}"


def test_the_ledger_command_says_what_is_missing_before_the_first_run(project, tmp_path):
    ran = command(project, "kedro", "ledger", DATA_DIR=str(tmp_path))

    assert ran.returncode == 1
    assert "ledger.json" in ran.stderr
    assert "Traceback (most" not in ran.stderr


def account(rows_in=0, files=1, **by_reason):
    fates = dict.fromkeys(("rows_in", "clean", "quarantined", "duplicates_exact", "duplicates_conflicting"), 0)
    return fates | {
        "rows_in": rows_in,
        "by_reason": by_reason,
        "amounts_unreadable": 0,
        "money_minor_units": fates | {"decimals": 2},
        "input_files": [{"file": f"{number}.csv"} for number in range(1, files + 1)],
    }


def test_a_ledger_without_faults_lists_no_reasons_and_no_doubts():
    words = cli.in_words(account(rows_in=1))

    assert "Reasons" not in words
    assert "Doubtful" not in words


def test_a_ledger_in_words_ends_with_what_is_doubtful_about_it():
    words = cli.in_words(account(rows_in=3, **{"malformed:purchase_date": 2}))

    assert words.splitlines()[-2:] == [
        "              2  malformed:purchase_date",
        "Doubtful: 2 of 3 rows are refused for malformed:purchase_date: see contract.date_formats in globals.yml.",
    ]


def test_of_many_files_a_ledger_in_words_names_three():
    assert cli.in_words(account(files=4)).startswith("From '1.csv', '2.csv', '3.csv', … (4 in all):\n")


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

    assert cli.explain(chained(DatasetError("Failed while loading"), ours)) == str(ours)


def test_the_systems_words_come_before_kedros_with_the_datasets_name():
    full = OSError(28, "No space left on device")
    error = chained(DatasetError("clean_purchases: Failed while saving data to dataset X"), full)

    assert cli.explain(error) == "clean_purchases: [Errno 28] No space left on device"


def test_notes_follow_the_message():
    error = DatasetError("Failed while saving")
    error.add_note("Traceback: logs/a.log")

    assert cli.explain(error) == "Failed while saving\nTraceback: logs/a.log"


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        ("'a': Failed to instantiate A for parameter 'a': a.b: expected 1; found 2", "a.b: expected 1; found 2"),
        (
            "'a': Failed to instantiate A for parameter 'a': A.__init__() got an unexpected keyword argument 'c'",
            "a: expected the keys it has in conf/base; found 'c'. Hint: correct or remove it",
        ),
        ("'a': value is None but type is not Optional", "a: value is None but type is not Optional"),
    ],
)
def test_parameters_are_named_without_kedros_machinery(theirs, shown):
    error = ParameterValidationError(f"Parameter validation failed:\n- Parameter {theirs}")

    assert cli.explain(error) == shown


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


@pytest.mark.parametrize(
    "settings", [{}, {"PURCHASES_CSV": "some/purchases.csv"}, {"DATA_DIR": "elsewhere"}], ids=["none", "csv", "data"]
)
def test_what_is_hashed_ahead_is_what_the_catalog_names(project, monkeypatch, settings):
    for name in ("PURCHASES_CSV", "DATA_DIR"):
        monkeypatch.setenv(name, settings.get(name, ""))
    monkeypatch.chdir(project)
    bootstrap_project(project)
    with KedroSession.create(project_path=project) as session:
        catalogued = session.load_context().catalog["input_files"]

        assert catalogued._files.url == SourceFiles(purchases_path()).url


@pytest.mark.parametrize(
    ("options", "csv", "expected"),
    [
        ({}, "some.csv", ["some.csv"]),
        ({"pipelines": ["ingestion", "cleaning"]}, "some.csv", ["some.csv"]),
        ({"pipelines": ["quicklook"]}, "some.csv", []),
        ({"pipeline": "drift"}, "some.csv", []),
        ({"env": "dask"}, "some.csv", []),
        ({"conf_source": "elsewhere"}, "some.csv", []),
        ({"node_names": ["aggregation.tabulate_revenue"]}, "some.csv", []),
        ({"to_nodes": ["ingestion.parse_purchases"]}, "some.csv", []),
        ({"tags": ["any"]}, "some.csv", []),
        ({"only_missing_outputs": True}, "some.csv", []),
        ({}, "s3://bucket/some.csv", []),
        ({}, "nosuch::some.csv", []),
    ],
)
def test_the_input_is_hashed_ahead_where_a_local_ledger_wants_it(monkeypatch, options, csv, expected):
    looked_at = []
    monkeypatch.delenv("KEDRO_ENV", raising=False)
    monkeypatch.setattr(cli, "hash_ahead", lambda files: looked_at.append(Path(files.path).name))
    monkeypatch.setattr(cli.stock_run, "callback", lambda **_options: None)
    monkeypatch.setenv("PURCHASES_CSV", csv)

    cli.run.callback(**{"pipeline": None, "pipelines": [], **options})

    assert looked_at == expected


def test_a_relative_path_is_found_from_a_folder_of_the_project(project, monkeypatch):
    looked_at = []
    monkeypatch.delenv("KEDRO_ENV", raising=False)
    monkeypatch.setattr(cli, "hash_ahead", lambda files: looked_at.append(files.path))
    monkeypatch.setattr(cli.stock_run, "callback", lambda **_options: None)
    monkeypatch.setenv("PURCHASES_CSV", "some/purchases.csv")
    monkeypatch.chdir(project / "conf" / "base")

    cli.run.callback(pipeline=None, pipelines=[])

    assert looked_at == [str(project / "some" / "purchases.csv")]


def test_the_pipelines_whose_input_is_hashed_are_those_that_account_for_it(project):
    bootstrap_project(project)

    assert {name for name, one in pipelines.items() if "input_files" in one.inputs()} == cli.ACCOUNTED


def test_the_command_begins_before_what_a_run_needs_is_imported():
    script = "import customer_analytics.settings, customer_analytics.cli, sys; print(*sys.modules)"

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  same

    assert not {"pandas", "numba"} & {*run.stdout.split()}


def test_kedro_run_keeps_all_options():
    assert cli.run.params is cli.stock_run.params
    assert "--only-missing-outputs" in {name for one in cli.run.params for name in one.opts}
