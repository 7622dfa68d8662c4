"""What is done around a run: sizes noted for Kedro-Viz, the input looked at beside the work."""

import json
from concurrent.futures import wait

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from tests.hostile import plain_csv, purchase
from tests.inputs import described, refuse_to_hash, two_files
from tests.making import typed_chunks

from customer_analytics.datasets import ChunkedParquetDataset, InputFilesDataset
from customer_analytics.hooks import RunHooks
from customer_analytics.viz_hooks import VizHooks


@pytest.fixture
def checkout(tmp_path):
    """A folder that Kedro-Viz can be called in."""
    (tmp_path / "pyproject.toml").write_text("[tool.kedro]")
    return tmp_path


def run_hooks(folder, frames=None):
    """The hooks around a run that saved a streamed table of two rows, and frames that Kedro-Viz counted itself."""
    typed = ChunkedParquetDataset(filepath=str(folder / "typed.parquet"), table="typed")
    typed.save(typed_chunks(plain_csv([purchase(1), purchase(2)])))
    hooks, params = VizHooks(), {"project_path": str(folder)}

    pipeline, catalog = Pipeline([node(len, "typed", "rows", name="a_node")]), DataCatalog({"typed": typed})
    hooks.before_pipeline_run(params, pipeline, catalog)
    if frames is not None:
        (folder / ".viz").mkdir(exist_ok=True)
        (folder / ".viz/stats.json").write_text(json.dumps(frames))
    hooks.after_pipeline_run(params, pipeline, catalog)


def stats_in(folder):
    return {name: size["rows"] for name, size in json.loads((folder / ".viz/stats.json").read_text()).items()}


def test_sizes_of_other_runs_stay_and_those_of_this_run_win(checkout):
    run_hooks(checkout, frames={"typed": {"rows": 99}, "other": {"rows": 1}, "frame": {"rows": 6}})

    run_hooks(checkout, frames={"frame": {"rows": 7}})

    assert stats_in(checkout) == {"typed": 2, "other": 1, "frame": 7}


@pytest.mark.parametrize("torn", ["", '{"typed": {"ro', "[1, 2]", "null"])
def test_a_torn_file_of_another_run_is_replaced(checkout, torn):
    (checkout / ".viz").mkdir()
    (checkout / ".viz/stats.json").write_text(torn)

    run_hooks(checkout)

    assert stats_in(checkout) == {"typed": 2}


def test_no_run_fails_where_nothing_can_be_written(checkout, caplog):
    (checkout / ".viz").write_text("in the way")

    run_hooks(checkout)

    assert "Kedro-Viz will show no sizes" in caplog.text


def test_nothing_is_left_behind_outside_a_checkout(tmp_path):
    run_hooks(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["typed.parquet"]


@pytest.fixture
def folder(tmp_path):
    return two_files(tmp_path)


def test_the_input_of_a_run_is_hashed_in_the_background(folder, tmp_path_factory, monkeypatch):
    files = InputFilesDataset(filepath=str(folder), metadata={"customer_analytics": {"role": "input"}})
    catalog, project = DataCatalog({"input_files": files}), tmp_path_factory.mktemp("project")
    pipeline = Pipeline([node(len, "input_files", "rows")])
    hooks = RunHooks()
    hooks.before_pipeline_run({"project_path": str(project), "run_id": "one"}, pipeline, catalog)
    wait([files._hashing])
    refuse_to_hash(monkeypatch)
    hooks.after_pipeline_run(pipeline, catalog)

    assert files.load()[0] == described("a.csv", b"one")
