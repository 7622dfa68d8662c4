"""Kedro-Viz: what its own server and its own site say of a project that was run."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from urllib.request import urlopen

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.framework.project import configure_project
from kedro.pipeline import Pipeline
from tests.contrast import contrast
from tests.test_project import catalog

from customer_analytics.pipeline_registry import register_pipelines

ROOT = Path(__file__).parents[1]
ROWS = 3000
STYLES = json.loads((ROOT / ".viz" / "styles.json").read_text())
NOTHING_TO_SHOW = {
    "MemoryDataset",  # gone when the run ends
    "partitions.PartitionedDataset",  # the versions of a dataset that is shown itself
    "customer_analytics.datasets.RunUsageDataset",  # these three are there while a run is
    "customer_analytics.datasets.SampleProfileDataset",
    "customer_analytics.datasets.ChunkTrialsDataset",
}


@cache
def pipelines():
    configure_project("customer_analytics")
    return register_pipelines()


PIPELINES = sorted(pipelines())
RUN = Pipeline([node for node in pipelines()["__default__"].nodes if node.namespace != "profiling"])
STORED = RUN.all_outputs() | pipelines()["synthesis"].all_outputs() | {"raw_purchases", "input_files"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder, run twice: each run knows only the sizes of what it touches.

    Without the profile of a sample, which takes longer than all the rest.
    """
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    for name in ("conf/local", "src", ".viz"):
        (folder / name).mkdir()
    for name in ("pyproject.toml", ".telemetry", ".viz/styles.json"):
        shutil.copy(ROOT / name, folder / name)
    kedro(folder, "run", "--pipelines", "synthesis", "--params", f"synthesis.rows={ROWS}")
    kedro(folder, "run", "--nodes", ",".join(node.name for node in RUN.nodes))
    return folder


@pytest.fixture(scope="module")
def api(project):
    """Answers of ``kedro viz run``."""
    port = free_port()
    viz = subprocess.Popen(  # noqa: S603  this project's own command
        command("viz", "run", "--no-browser", "--port", str(port)),
        cwd=project,
        env=offline(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    @cache
    def answer(path):
        with urlopen(f"http://127.0.0.1:{port}/api/{path}") as response:
            return json.load(response)

    try:
        wait_until(viz, lambda: answer("main"))
        yield answer
    finally:
        os.killpg(viz.pid, signal.SIGKILL)
        viz.wait()


def free_port():
    """One that nobody listens on; Kedro-Viz takes none above 49151."""
    for port in range(20_000 + os.getpid() % 10_000, 49_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError


def wait_until(process, answered, seconds=120):
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return answered()
        except OSError:
            time.sleep(0.2)
    raise TimeoutError


def command(*words):
    return [str(Path(sys.executable).with_name("kedro")), *words]


def offline():
    """The environment without a way out: Kedro-Viz asks for its newest version, and would wait for an answer."""
    environment = {name: text for name, text in os.environ.items() if name not in {"DATA_DIR", "PURCHASES_CSV"}}
    return environment | {"KEDRO_DISABLE_TELEMETRY": "1", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}


def kedro(folder, *words):
    ran = subprocess.run(  # noqa: S603  this project's own command
        command(*words), cwd=folder, env=offline(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def drawn(graph, *kinds):
    return [drawing for drawing in graph["nodes"] if drawing["type"] in kinds]


def datasets(api, *names):
    """What the graphs and the panels of datasets say, by name."""
    drawings = {drawing["name"]: drawing for name in names for drawing in drawn(api(f"pipelines/{name}"), "data")}
    return {name: drawing | api(f"nodes/{drawing['id']}") for name, drawing in drawings.items()}


def kind_of(entry):
    """A catalog entry's preview by what it stores."""
    inside = entry.get("dataset", {}).get("type", entry["type"])
    if inside.endswith(("plotly.JSONDataset", "ChartDataset")):
        return "PlotlyPreview"
    return "JSONPreview" if inside == "json.JSONDataset" else "TablePreview"


@pytest.mark.parametrize("name", PIPELINES)
def test_every_node_and_dataset_of_a_pipeline_is_drawn(api, name):
    pipeline = pipelines()[name]

    graph = api(f"pipelines/{name}")

    assert {drawing["full_name"] for drawing in drawn(graph, "task")} == {node.name for node in pipeline.nodes}
    assert {drawing["name"] for drawing in drawn(graph, "data", "parameters")} == pipeline.datasets()


@pytest.mark.parametrize("name", PIPELINES)
def test_layers_are_drawn_from_raw_to_reporting(api, name):
    graph = api(f"pipelines/{name}")

    layers = {drawing["layer"] for drawing in drawn(graph, "data")}

    assert None not in layers
    assert [layer for layer in graph["layers"] if layer in layers] == sorted(layers)


def test_layers_are_named_as_the_folders_of_the_data(api):
    graph = api("pipelines/__default__")

    assert set(graph["layers"]) <= {path.name for path in (ROOT / "data").iterdir()}


def test_the_default_graph_shows_one_box_per_pipeline(api):
    tree = api("pipelines/__default__")["modular_pipelines"]

    boxes = [child["id"] for child in tree["__root__"]["children"] if child["type"] == "modularPipeline"]

    assert sorted(boxes) == sorted({node.namespace for node in pipelines()["__default__"].nodes})


@pytest.mark.parametrize("name", PIPELINES)
def test_settings_are_drawn_in_groups(api, name):
    panels = [api(f"nodes/{drawing['id']}") for drawing in drawn(api(f"pipelines/{name}"), "parameters")]

    settings = [value for panel in panels for value in panel["parameters"].values()]

    assert all(isinstance(value, dict) for value in settings)


def test_what_a_run_stored_can_be_looked_at(api):
    entries = catalog()
    shown = {name: entry for name, entry in entries.items() if entry["type"] not in NOTHING_TO_SHOW}
    shown = {name for name, entry in shown.items() if entry["metadata"]["kedro-viz"].get("preview", True)}

    panels = datasets(api, "__default__", "synthesis")
    previews = {name: panel.get("preview_type") for name, panel in panels.items() if panel.get("preview")}

    assert previews == {name: kind_of(entries[name]) for name in shown & STORED}


def test_a_preview_holds_what_is_stored(api, project):
    panels = datasets(api, "__default__", "synthesis")

    ledger = json.loads(panels["ledger"]["preview"])
    categories = panels["revenue_by_category"]["preview"]
    chart = panels["simulated_drift_chart"]["preview"]

    stored = project / "data"
    assert ledger == json.loads((stored / "08_reporting/ledger.json").read_text())
    assert len(categories["data"]) == pq.read_metadata(stored / "04_feature/revenue_by_category.parquet").num_rows
    assert chart["data"]
    assert len(panels["clean_purchases"]["preview"]["data"]) == 5


def test_large_tables_are_not_read_for_a_preview(api):
    panels = datasets(api, "__default__")

    assert "preview" not in panels["purchase_profile"]


@pytest.mark.parametrize("name", ["typed", "clean", "quarantined", "duplicate", "outlier"])
def test_a_streamed_table_shows_its_size(api, project, name):
    (path,) = (project / "data").glob(f"*/{name}_purchases.*")
    table = pa.ipc.open_stream(path).read_all() if path.suffix == ".arrows" else pq.read_table(path)

    stats = datasets(api, "__default__")[f"{name}_purchases"]["stats"]

    assert stats == {"rows": table.num_rows, "columns": table.num_columns, "file_size": path.stat().st_size}


def test_a_text_file_shows_the_rows_that_its_account_counted(api, project):
    panels = datasets(api, "__default__", "synthesis")

    size = (project / "data/01_raw/purchases.csv").stat().st_size

    assert panels["raw_purchases"]["stats"] == {"rows": ROWS, "file_size": size}
    assert panels["synthetic_purchases"]["stats"] == {"rows": ROWS}


def test_frames_keep_the_sizes_that_kedro_viz_counts_itself(api, project):
    panels = datasets(api, "__default__")
    (profile,) = (project / "data/05_model_input/purchase_profile.parquet").glob("*/*.parquet")

    assert panels["revenue_by_month"]["stats"]["rows"] == 24
    assert panels["purchase_profile"]["stats"]["file_size"] == profile.stat().st_size


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_datasets_of_a_layer_look_alike(api, theme):
    panels = datasets(api, *PIPELINES)
    styled = {name: panel["node_extras"]["styles"] for name, panel in panels.items() if panel["node_extras"]}
    styles = {name: style["themes"][theme] for name, style in styled.items()}

    looks = {(panels[name]["layer"], style["stroke"], style["color"]) for name, style in styles.items()}

    assert len(looks) == len({layer for layer, *_ in looks}) == len({stroke for _, stroke, _ in looks})
    assert all(contrast(style["color"], style["fill"]) >= 4.5 for style in styles.values())  # WCAG 2.2, 1.4.3


def test_every_dataset_has_a_style_and_no_style_is_for_another():
    """A new dataset uses the style of any dataset of its layer in ``.viz/styles.json``."""
    known = {name for pipeline in pipelines().values() for name in pipeline.datasets()}

    assert set(STYLES) == {name for name in known if not name.startswith("params:")}


def test_a_site_is_built_offline_with_all_graphs_and_panels(project):
    kedro(project, "viz", "build", "--include-previews")

    site = project / "build"
    answers = json.loads((site / "api/main").read_text())
    panels = {path.name: json.loads(path.read_text()) for path in (site / "api/nodes").iterdir()}
    assert "<script" in (site / "index.html").read_text()
    assert {path.name for path in (site / "api/pipelines").iterdir()} == set(PIPELINES)
    assert {drawing["id"] for drawing in drawn(answers, "task", "data", "parameters")} <= set(panels)
    assert [panel for panel in panels.values() if panel.get("preview_type") == "PlotlyPreview"]
