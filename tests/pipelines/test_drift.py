"""Drift from end to end, in real Kedro sessions on small deliveries."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from customer_analytics.core.history.metrics import metric_name

pytestmark = pytest.mark.filterwarnings("ignore:register_new_resolver")  # Kedro uses a deprecated function of omegaconf

ROOT = Path(__file__).parents[2]
DELIVERY = ("ingestion", "cleaning", "aggregation", "drift", "history")
ROWS = 3_000


def write_delivery(  # noqa: PLR0913  tests vary all of these
    path, *, rows=ROWS, weeks=12, barter_rows=0, seed=1, payment_types=("card", "cash", "wire")
):
    """Write a clean CSV whose last ``barter_rows`` rows have a new payment type."""
    rng = np.random.default_rng(seed)
    days = np.datetime64("2024-01-01") + np.sort(rng.integers(0, 7 * weeks, rows))
    payment_type = rng.choice(np.array(payment_types, object), rows) if payment_types else np.full(rows, "", object)
    payment_type[rows - barter_rows :] = "barter"
    pd.DataFrame(
        {
            "customer_id": rng.integers(1, rows + 1, rows),
            "purchase_id": np.arange(rows) + seed * 10**6,
            "product_category": rng.choice(["books", "food", "toys"], rows),
            "purchase_amount": np.char.mod("%.2f", rng.lognormal(3.5, 0.8, rows)),
            "purchase_date": days.astype(str),
            "country_code": rng.choice(["AT", "DE", "FR"], rows),
            "customer_age": np.clip(np.rint(rng.normal(42, 14, rows)), 10, 120).astype(int),
            "payment_type": payment_type,
        }
    ).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a copy of the project's configuration, which keeps the logs of tests out of the checkout."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    (folder / "src").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def run(project, monkeypatch):
    """Return a function that runs pipelines on a data folder in a new session.

    Keyword arguments in lower case are the input, runtime parameters and datasets to stop at; others are variables of
    the environment.
    """

    def start(data, *pipelines, csv="unused.csv", params=None, to_outputs=None, **runtime):
        settings = {"PURCHASES_CSV": csv, "DATA_DIR": data, "CHUNK_ROWS": "", "THREADS": "1", **runtime}
        for name, value in settings.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.chdir(project)
        bootstrap_project(project)
        with KedroSession.create(project_path=project, runtime_params=params) as session:
            session.run(pipeline_names=list(pipelines), to_outputs=to_outputs)
        return data

    return start


@pytest.fixture(scope="module")
def two_runs(project, tmp_path_factory):
    """Run two deliveries, of which the second has 40 rows of a new payment type.

    Returns a folder with the CSVs, ``data`` after both runs, and ``after/<CSV>`` with the outputs of each run.
    """
    folder = tmp_path_factory.mktemp("deliveries")
    with pytest.MonkeyPatch.context() as patch:
        start = run.__wrapped__(project, patch)
        for name, barter_rows in (("first.csv", 0), ("second.csv", 40)):
            csv = write_delivery(folder / name, barter_rows=barter_rows, seed=1 + bool(barter_rows))
            start(folder / "data", *DELIVERY, csv=csv)
            (folder / "after" / name).mkdir(parents=True)
            for layer in ("07_model_output", "08_reporting"):
                shutil.copytree(folder / "data" / layer, folder / "after" / name / layer)
    return folder


@pytest.fixture
def data(two_runs, tmp_path):
    """Return a copy of the data folder after both deliveries."""
    return Path(shutil.copytree(two_runs / "data", tmp_path / "data"))


def read_json(folder, name):
    return json.loads((folder / name).read_text())


def read_verdict(folder, name="drift_verdict"):
    return read_json(folder, f"07_model_output/{name}.json")


def list_runs(data):
    return sorted(path.name for path in (data / "05_model_input/purchase_profile.parquet").iterdir())


def profile_path(data, run_id=None):
    return (
        data / "05_model_input/purchase_profile.parquet" / (run_id or list_runs(data)[-1]) / "purchase_profile.parquet"
    )


def test_the_verdict_on_a_first_run_is_insufficient_data_for_lack_of_a_baseline(two_runs):
    after = two_runs / "after" / "first.csv"

    verdict = read_verdict(after)

    assert verdict["outcome"] == "insufficient_data"
    assert verdict["comparisons"]["runs"]["baseline"] == "no earlier run"
    assert "There is no baseline to compare with: this run can become one." in verdict["in_words"]
    assert verdict["comparisons"]["latest_windows"]["outcome"] not in {"warn", "fail"}
    assert read_json(after, "08_reporting/run_changes.json")["previous_run"] is None


def test_simulated_drift_has_datasets_of_its_own(run, data):
    run(data, "reporting", to_outputs=["simulated_drift_verdict"])

    verdict = read_verdict(data, "simulated_drift_verdict")
    assert verdict["outcome"] == "fail"
    assert any("mean of purchase_amount" in line and "+12.0%" in line for line in verdict["in_words"])
    findings = pd.read_parquet(data / "07_model_output/simulated_drift_findings.parquet")
    assert set(findings["comparison"]) == {"simulation"}
    chart = read_json(data, "08_reporting/simulated_drift_chart.json")
    assert sum(len(trace["x"]) for trace in chart["data"]) > 10


def test_a_new_payment_type_is_named_and_fails(two_runs):
    after = two_runs / "after" / "second.csv"

    verdict = read_verdict(after)

    assert verdict["outcome"] == "fail"
    assert any(line.startswith("fail: payment_type") and "'barter' (40 rows" in line for line in verdict["in_words"])
    findings = pd.read_parquet(after / "07_model_output/drift_findings.parquet")
    assert findings.columns[:4].tolist() == ["comparison", "column", "segment", "measure"]
    assert set(findings["comparison"]) == {"runs", "latest_windows"}
    assert findings["explanation"].notna().all()


@pytest.mark.parametrize("name", ["drift_findings", "volume", "amount_percentiles"])
def test_charts_are_plotly_figures_with_data(two_runs, name):
    chart = read_json(two_runs / "after" / "second.csv", f"08_reporting/{name}_chart.json")

    assert chart["layout"]["title"]["text"]
    assert all(trace["type"] in {"bar", "scatter"} for trace in chart["data"])
    assert sum(len(trace["x"]) for trace in chart["data"]) > 10


def test_differences_from_the_previous_run_are_written_and_the_verdict_is_logged(two_runs, run, data, caplog):
    (previous, _) = list_runs(data)

    changes = read_json(two_runs / "after" / "second.csv", "08_reporting/run_changes.json")

    assert changes["previous_run"] == previous
    assert any(line.startswith("money of rows received went from") for line in changes["differences"])
    assert not any(line.startswith("rows received") for line in changes["differences"])
    with caplog.at_level("INFO", "customer_analytics"):
        run(data, "drift")
    assert any("drift_verdict: fail: payment_type" in line for line in caplog.messages)


def test_every_metric_of_a_run_has_a_readable_name(data):
    metrics = read_json(data, f"08_reporting/run_metrics.json/{list_runs(data)[-1]}/run_metrics.json")["metrics"]

    names = [metric_name(metric) for metric in metrics]

    assert {"rows clean", "minor units clean", "drift payment_type share", "alarms", "elapsed_s"} <= metrics.keys()
    assert len(set(names)) == len(metrics)
    assert set(names).isdisjoint(metrics)


def test_drift_alone_compares_the_newest_profile_with_the_one_before(two_runs, run, data):
    run(data, "drift")

    assert read_verdict(data) == read_verdict(two_runs / "after" / "second.csv")
    assert list_runs(data)[0] in read_verdict(data)["comparisons"]["runs"]["baseline"]


@pytest.mark.parametrize("baseline", ["first", 0])
def test_the_first_run_and_a_run_id_can_be_the_baseline(run, data, baseline):
    chosen = list_runs(data)[0] if baseline == 0 else baseline

    run(data, "drift", params={"drift": {"baseline": chosen}})

    assert read_verdict(data)["outcome"] == "fail"


def test_an_attempt_without_a_clean_row_does_not_become_the_baseline(run, data, tmp_path):
    good = list_runs(data)[-1]
    run(data, *DELIVERY, csv=write_delivery(tmp_path / "empty.csv", rows=0))

    run(data, *DELIVERY, csv=write_delivery(tmp_path / "third.csv", barter_rows=40, seed=3))

    assert read_verdict(data)["comparisons"]["runs"]["baseline"] == f"the run {good}"
    assert read_verdict(data)["comparisons"]["runs"]["outcome"] == "ok"


def test_a_run_that_is_its_own_baseline_is_insufficient_data(run, data):
    run(data, "drift", params={"drift": {"baseline": list_runs(data)[-1]}})

    assert read_verdict(data)["comparisons"]["runs"]["outcome"] == "insufficient_data"


def test_a_baseline_that_no_run_saved_is_an_error_that_lists_the_runs(run, data):
    with pytest.raises(Exception, match=r"drift\.baseline: expected 'previous', 'first'.*; found '2020'") as raised:
        run(data, "drift", params={"drift": {"baseline": "2020"}})

    assert all(run_id in str(raised.value) for run_id in list_runs(data))


def test_a_baseline_of_another_schema_version_is_an_error_that_names_its_run(run, data):
    frame = pd.read_parquet(profile_path(data, list_runs(data)[0]))
    frame.loc[frame["column"] == "schema_version", "number"] = 99
    frame.to_parquet(profile_path(data, list_runs(data)[0]))

    with pytest.raises(
        Exception, match=f"purchase_profile of {list_runs(data)[0]}: expected schema_version 1; found 99"
    ):
        run(data, "drift")


def test_a_baseline_with_other_windows_is_an_error_that_describes_both(run, data, two_runs):
    csv = two_runs / "second.csv"

    with pytest.raises(Exception, match="windows of a week and 2 decimals against windows of a month and 2 decimals"):
        run(data, "ingestion", "cleaning", "aggregation", "drift", csv=csv, params={"profile": {"period": "month"}})


def test_a_threshold_in_yaml_decides_about_the_verdict(run, data):
    run(data, "drift", params={"drift": {"new_value_fail_share": 0.9, "share_warn": 0.9, "share_fail": 0.9}})

    assert read_verdict(data)["comparisons"]["runs"]["outcome"] == "warn"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"drift": {"mean_wran": 0.1}}, "mean_wran"),
        ({"drift": {"mean_warn": -1}}, r"drift\.mean_warn: expected a number above 0; found -1"),
        ({"profile": {"period": "fortnight"}}, "profile.period: expected 'day', 'week', 'month'; found 'fortnight'"),
        ({"simulated_drift": {"steps": [{"kind": "earthquake"}]}}, "earthquake"),
    ],
)
def test_an_invalid_setting_is_an_error_before_the_run(run, two_runs, tmp_path, params, message):
    with pytest.raises(Exception, match=message):
        run(tmp_path / "data", *DELIVERY, "reporting", csv=two_runs / "first.csv", params=params)

    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("rows", "chunk_rows", "threads"), [(100, 1, 2), (600, 7, 1), (600, 7, 3), (ROWS, 10_000, 1), (ROWS, 10_000, 2)]
)
def test_a_profile_is_saved_as_the_same_bytes_for_any_chunks_and_threads(run, tmp_path, rows, chunk_rows, threads):
    csv = write_delivery(tmp_path / "purchases.csv", rows=rows)

    for name, runtime in {"varied": {"CHUNK_ROWS": chunk_rows, "THREADS": threads}, "default": {}}.items():
        run(tmp_path / name, "ingestion", "cleaning", "aggregation", csv=csv, **runtime)

    assert profile_path(tmp_path / "varied").read_bytes() == profile_path(tmp_path / "default").read_bytes()


def test_the_profile_counts_quarantined_rows_by_reason(run, tmp_path):
    csv = write_delivery(tmp_path / "purchases.csv", rows=50)
    csv.write_text(csv.read_text() + "1,x1,books,-5,2024-01-01,DE,30,card\n1,x2,books,-5,2024-01-01,XX,30,card\n")

    run(tmp_path, "ingestion", "cleaning", "aggregation", csv=csv)

    saved_profile = pd.read_parquet(profile_path(tmp_path))
    rows_by_reason = saved_profile[saved_profile["column"] == "quarantined"].set_index("value")["count"]
    assert rows_by_reason.to_dict() == {"negative:purchase_amount": 2, "unknown:country_code": 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rows": 0}, "0 rows before and 0 now"),
        ({"weeks": 1}, "Windows in the delivery: 1;"),
        ({"payment_types": ()}, "payment_type: 0 values before, 0 now"),
    ],
    ids=["empty", "one window", "null column"],
)
def test_deliveries_that_cannot_be_judged_have_an_outcome_and_a_reason(run, tmp_path, changes, reason):
    for seed in (1, 2):
        run(tmp_path / "data", *DELIVERY, csv=write_delivery(tmp_path / f"{seed}.csv", seed=seed, **changes))

    verdict = read_verdict(tmp_path / "data")

    assert verdict["outcome"] == ("ok" if "weeks" in changes else "insufficient_data")
    assert any(reason in line for line in verdict["in_words"])


def run_kedro(project, data, *options):
    environment = {**os.environ, "DATA_DIR": str(data), "CHUNK_ROWS": "", "THREADS": "1"}
    command = [sys.executable, "-m", "kedro", "run", *options]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_gate_ends_a_run_with_one_line_after_all_pipelines_have_written(project, data):
    for name in ("07_model_output/drift_verdict.json", "08_reporting/run_changes.json"):
        (data / name).unlink()

    process = run_kedro(project, data, "--pipelines", "drift,history", "--params", "drift.gate=fail")

    assert process.returncode == 1
    lines = [line for line in process.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    assert "drift_verdict: expected no failing finding (drift.gate is 'fail'); found fail: payment_type" in lines[0]
    assert "Traceback (most recent call last)" not in process.stderr
    assert read_verdict(data)["outcome"] == "fail"
    assert (data / "08_reporting/run_changes.json").exists()


@pytest.mark.parametrize(
    "params", ["drift.gate=off", "drift.gate=fail,drift.baseline=first,drift.new_value_fail_share=0.9"]
)
def test_a_run_succeeds_if_the_gate_is_off_or_the_verdict_does_not_fail(project, data, params):
    assert run_kedro(project, data, "--pipelines", "drift", "--params", params).returncode == 0


def test_history_finds_an_anomalous_run_among_six(run, data):
    for _ in range(5):
        run(data, "history")
    ledger = read_json(data, "08_reporting/ledger.json")
    (data / "08_reporting/ledger.json").write_text(json.dumps(ledger | {"rows_in": 10 * ledger["rows_in"]}))

    run(data, "history")

    changes = read_json(data, "08_reporting/run_changes.json")
    assert changes["earlier_runs"] == 7
    assert "rows received went from 3,000 to 30,000 (+27,000, +900.0%)." in changes["in_words"]
    anomalous = {anomaly["metric"] for anomaly in changes["anomalies"] if anomaly["outcome"] == "warn"}
    assert "rows rows_in" in anomalous
    assert "rows clean" not in anomalous


def test_the_simulation_writes_a_power_table(run, data):
    params = {"drift_simulation": {"rows": [2_000], "repeats": 1}}
    run(data, "reporting", to_outputs=["sampled_purchases"])

    run(data, "drift_simulation", params=params)

    table = pd.read_parquet(data / "07_model_output/drift_power.parquet").set_index("scenario")
    assert table.loc["nothing (A/A)", "alarms"] == 0
    assert table.loc["amounts in cents (x 100)", "right"] == 1


def test_a_simulation_needs_rows_to_draw_from(run, tmp_path):
    run(tmp_path, "ingestion", "cleaning", csv=write_delivery(tmp_path / "empty.csv", rows=0))
    run(tmp_path, "reporting", to_outputs=["simulated_drift_verdict"])

    assert read_verdict(tmp_path, "simulated_drift_verdict")["outcome"] == "insufficient_data"
    with pytest.raises(Exception, match="drift_simulation: expected purchases to draw deliveries from; found none"):
        run(tmp_path, "drift_simulation")
