"""The table of all runs."""

import pytest

from customer_analytics.core.history.runs import tabulate_runs


def make_run_metrics(rows, **other_metrics):
    return {"metrics": {"rows rows_in": rows, **other_metrics}}


def test_runs_are_tabulated_in_order_of_time_with_nulls_for_missing_metrics():
    history = {
        "2024-01-03T00/run_metrics": lambda: pytest.fail("the newest run was loaded"),
        "2024-01-01T00/run_metrics": lambda: make_run_metrics(10, alarms=2),
        "2024-01-02T00/run_metrics": lambda: make_run_metrics(20),
    }

    table = tabulate_runs(make_run_metrics(30, elapsed_s=1.5), history)

    assert table["run"].tolist() == ["2024-01-01T00", "2024-01-02T00", "2024-01-03T00"]
    assert table["rows_in"].tolist() == [10, 20, 30]
    assert table["alarms"].isna().tolist() == [False, True, True]
    assert table["elapsed_s"].iloc[2] == 1.5
    assert {str(dtype) for name, dtype in table.dtypes.items() if name != "run"} == {"Float64"}
