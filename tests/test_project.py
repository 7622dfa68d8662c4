"""What holds for the project as a whole: configuration, wiring, layers, packaging, documents."""

import dataclasses
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from kedro.framework.project import configure_project
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import customer_analytics
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.pipeline_registry import register_pipelines

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LAYERS = ("raw", "intermediate", "primary", "feature", "model_input", "models", "model_output", "reporting")
IN_MEMORY = "MemoryDataset"


def pipelines():
    configure_project("customer_analytics")
    return register_pipelines()


def nodes():
    return sorted({node for pipeline in pipelines().values() for node in pipeline.nodes})


def catalog():
    entries = {}
    for path in sorted((ROOT / "conf" / "base").glob("catalog*.yml")):
        entries |= yaml.safe_load(path.read_text())
    return {name: entry for name, entry in entries.items() if not name.startswith("_")}


def layer(entry):
    name = entry.get("metadata", {}).get("kedro-viz", {}).get("layer")
    return LAYERS.index(re.sub(r"^\d\d_", "", name)) if name else None


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607  the caller's git
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


@pytest.mark.parametrize("path", sorted((ROOT / "conf").rglob("*.yml")), ids=lambda path: path.name)
def test_every_configuration_file_is_a_yaml_map(path):
    assert isinstance(yaml.safe_load(path.read_text()), dict)


def test_the_defaults_that_the_yaml_comments_show_are_those_of_the_code():
    text = (ROOT / "conf/base/globals.yml").read_text()
    assert yaml.safe_load(text) == {"csv": {}, "contract": {}}
    shown = yaml.safe_load(
        re.sub(r"^  # ", "  ", re.sub(r"^  \{\}\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    )

    for section, settings in (("csv", Dialect()), ("contract", Contract())):
        defaults = dataclasses.asdict(settings).items()
        assert shown[section] == {name: list(value) if isinstance(value, tuple) else value for name, value in defaults}


def test_every_stored_dataset_names_a_layer():
    nameless = [name for name, config in catalog().items() if config["type"] != IN_MEMORY and layer(config) is None]

    assert nameless == []


def test_every_dataset_of_a_pipeline_is_in_the_catalog():
    wired = {name for node in nodes() for name in (*node.inputs, *node.outputs)}

    assert {name for name in wired if not name.startswith("params:") and name != "parameters"} <= set(catalog())


@pytest.mark.parametrize("name", sorted(pipelines()))
def test_layers_only_go_up_along_every_edge(name):
    heights = {dataset: layer(entry) for dataset, entry in catalog().items()}
    down = []
    for node in pipelines()[name].nodes:  # in the order they run, so that what is in memory takes its sources' layer
        source = max((heights.get(dataset) or 0 for dataset in node.inputs), default=0)
        for dataset in node.outputs:
            if heights.get(dataset) is None:
                heights[dataset] = source
            if heights[dataset] < source:
                down.append(f"{node.name} -> {dataset}")

    assert down == []


@pytest.mark.parametrize("node", nodes(), ids=lambda node: node.name)
def test_a_node_is_named_verb_object_as_its_function(node):
    assert node.short_name == node.func.__name__
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", node.short_name)


def test_a_namespace_belongs_to_one_pipeline():
    owners = {}
    for name, pipeline in pipelines().items():
        for node in pipeline.nodes if name != "__default__" else ():
            owners.setdefault(node.namespace, set()).add(name)

    assert {namespace: names for namespace, names in owners.items() if len(names) > 1 or not namespace} == {}
    assert set(owners) >= set(pipelines()) - {"__default__"}


def test_names_of_data_and_settings_have_no_namespace():
    assert [name for pipeline in pipelines().values() for name in pipeline.datasets() if "." in name] == []


def test_the_import_contracts_hold():
    lint = subprocess.run(  # noqa: S603  the linter beside this Python
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert lint.returncode == 0, lint.stdout


def test_no_tracked_file_holds_a_path_of_a_machine():
    machine = re.compile(r"/(?:home|root|Users|work)/\w|/opt/(?:wheels|pypi)")
    machine_paths = []
    for path in tracked_files():
        text = path.read_bytes().decode(errors="replace")
        machine_paths += [f"{path.relative_to(ROOT)}: {match}" for match in machine.findall(text)]

    assert machine_paths == []


def test_versions_agree():
    version = PYPROJECT["project"]["version"]

    assert version == customer_analytics.__version__
    assert version == metadata.version("customer-analytics")
    assert PYPROJECT["tool"]["kedro"]["package_name"] == customer_analytics.__name__


def test_the_least_python_is_the_same_everywhere():
    tools = PYPROJECT["tool"]

    assert PYPROJECT["project"]["requires-python"] == ">=3.11"
    assert tools["mypy"]["python_version"] == "3.11"
    assert tools["ruff"]["target-version"] == "py311"
    assert "Programming Language :: Python :: 3.11" in PYPROJECT["project"]["classifiers"]


def locked_versions(lock_file):
    lines = (ROOT / lock_file).read_text().splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pins.items()}


def unmet(requirements, versions):
    """The requirements that no locked version satisfies."""
    parsed = [Requirement(text) for text in requirements if not text.startswith(PYPROJECT["project"]["name"])]
    return [
        str(requirement)
        for requirement in parsed
        if (version := versions.get(canonicalize_name(requirement.name))) is None
        or version not in requirement.specifier
    ]


def test_the_lock_of_a_run_satisfies_every_range():
    assert unmet(PYPROJECT["project"]["dependencies"], locked_versions("requirements.txt")) == []


def test_the_lock_of_developers_adds_what_the_extras_need_to_the_lock_of_a_run():
    run, developers = locked_versions("requirements.txt"), locked_versions("requirements-dev.txt")
    extras = [text for texts in PYPROJECT["project"]["optional-dependencies"].values() for text in texts]

    assert run.items() <= developers.items()
    assert unmet(extras, developers) == []
    assert {"pytest", "hypothesis", "ruff", "polars", "dask", "moto"} & set(run) == set()


def test_kedros_telemetry_has_no_consent():
    assert yaml.safe_load((ROOT / ".telemetry").read_text()) == {"consent": False}


def test_the_readme_can_be_read_on_one_sitting():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_every_pipeline_has_a_readme():
    folders = [path.parent for path in (ROOT / "src/customer_analytics/pipelines").glob("*/pipeline.py")]

    assert [path.name for path in folders if not (path / "README.md").is_file()] == []


def test_links_between_documents_lead_somewhere():
    dead = []
    for path in tracked_files():
        if path.suffix == ".md":
            links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()) if "://" not in link]
            dead += [f"{path.name}: {link}" for link in links if not (path.parent / link).exists()]

    assert dead == []
