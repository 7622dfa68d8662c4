"""HTML reports: atomic saves, one version per run, the newest at a fixed path."""

import pytest
from kedro.io import DatasetError, Version
from plotly.graph_objects import Figure

from customer_analytics.datasets import ChartDataset, OptionalDataset, ReportDataset, html_report


def page(folder, version=None):
    return ReportDataset(filepath=str(folder / "page.html"), version=Version(None, version) if version else None)


def test_earlier_reports_stay_and_the_newest_is_at_a_fixed_path(tmp_path):
    for run in ("2024-01-01", "2024-01-02"):
        page(tmp_path, run).save(f"<p>ünïcode {run}</p>")

    assert page(tmp_path, "2024-01-01").latest == tmp_path / "latest/page.html"
    assert (tmp_path / "page.html/2024-01-01/page.html").read_text("utf-8") == "<p>ünïcode 2024-01-01</p>"
    assert (tmp_path / "latest/page.html").read_text("utf-8") == "<p>ünïcode 2024-01-02</p>"
    assert ReportDataset(filepath=str(tmp_path / "page.html"), version=Version(None, None)).load().endswith("02</p>")


def test_the_newest_report_is_a_hard_link(tmp_path):
    page(tmp_path, "2024-01-01").save("text")

    assert (tmp_path / "latest/page.html").samefile(tmp_path / "page.html/2024-01-01/page.html")


def test_the_newest_report_is_a_copy_where_hard_links_are_not_supported(tmp_path, monkeypatch):
    def refuse(*_paths):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(html_report.os, "link", refuse)

    page(tmp_path, "2024-01-01").save("text")

    assert (tmp_path / "latest/page.html").read_text() == "text"
    assert not (tmp_path / "latest/page.html").samefile(tmp_path / "page.html/2024-01-01/page.html")


def test_a_failed_save_does_not_change_the_newest_report(tmp_path):
    page(tmp_path, "2024-01-01").save("text")

    with pytest.raises(DatasetError):
        page(tmp_path, "2024-01-02").save("\ud800")  # a lone surrogate has no bytes

    assert (tmp_path / "latest/page.html").read_text() == "text"
    assert [path.name for path in (tmp_path / "latest").iterdir()] == ["page.html"]


def test_a_report_without_versions_is_one_file(tmp_path):
    page(tmp_path).save("text")

    assert (tmp_path / "page.html").is_file()
    assert page(tmp_path).load() == "text"


def test_a_report_exists_once_it_was_saved(tmp_path):
    newest = ReportDataset(filepath=str(tmp_path / "page.html"), version=Version(None, None))

    before = newest.exists()
    page(tmp_path, "2024-01-01").save("text")

    assert not before
    assert ReportDataset(filepath=str(tmp_path / "page.html"), version=Version(None, None)).exists()
    assert "page.html" in str(newest)


def test_an_optional_dataset_loads_none_before_the_first_save(tmp_path):
    verdict = OptionalDataset(filepath=str(tmp_path / "verdict.json"), dataset={"type": "json.JSONDataset"})

    before = verdict.load()
    verdict.save({"outcome": "ok"})

    assert before is None
    assert verdict.load() == {"outcome": "ok"}


def test_a_loaded_chart_equals_the_saved_figure_and_has_a_preview(tmp_path):
    figure = Figure({"data": [{"type": "bar", "x": [1, 2], "y": [3, 4]}]})
    chart = ChartDataset(filepath=str(tmp_path / "chart.json"))

    before = chart.load()
    chart.save(figure)

    assert before is None
    assert chart.load() == figure
    assert chart.preview()["data"][0]["type"] == "bar"
