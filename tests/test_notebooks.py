"""The notebooks run as they are, touch nothing of the user's, and are committed with what they really print."""

import asyncio
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tests.sessions import project_copy

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REFRESH = (
    "run `DATA_DIR=$(mktemp -d) jupyter nbconvert --execute --ExecutePreprocessor.record_timing=False --inplace "
    "notebooks/*.ipynb`, and read what changed"
)

RUN_ID = re.compile(r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z")
MACHINE_PATH = re.compile(r"/(?:home|root|Users|work|tmp|var)/\w|file://|[A-Z]:\\\\")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def own_data(tmp_path_factory):
    """What the user has: a delivery that no notebook may read or replace."""
    data = tmp_path_factory.mktemp("data")
    (data / "01_raw").mkdir()
    (data / "01_raw" / "purchases.csv").write_text("someone's delivery\n")
    return data


@pytest.fixture(scope="module")
def executed(own_data, tmp_path_factory):
    """Notebook → what it is after a run, or how the run ended: all at once, in a copy of the project."""
    project = project_copy(tmp_path_factory.mktemp("project"))
    (project / "notebooks").mkdir()
    home = tmp_path_factory.mktemp("home")
    settings = {"DATA_DIR": own_data, "PURCHASES_CSV": "", "CHUNK_ROWS": "", "THREADS": "1"}
    settings |= {"TMPDIR": home, "IPYTHONDIR": home, "JUPYTER_DATA_DIR": home}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEDRO_LOGGING_CONFIG", raising=False)
        for name, value in settings.items():
            patch.setenv(name, str(value))
        ended = asyncio.run(run_all(project / "notebooks"))
    return dict(zip(NOTEBOOKS, ended, strict=True))


async def run_all(folder):
    notebooks = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    where = {"metadata": {"path": str(folder)}}
    runs = [
        NotebookClient(one, timeout=240, kernel_name="python3", resources=where).async_execute() for one in notebooks
    ]
    return await asyncio.gather(*runs, return_exceptions=True)


def cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def told(cell):
    """What a cell printed and gave as text; run ids, which differ in every run, are masked."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return RUN_ID.sub("<run id>", "".join(texts))


@every_notebook
def test_a_notebook_runs_to_its_end_and_prints_what_is_committed(path, executed):
    notebook = executed[path]

    assert not isinstance(notebook, BaseException), notebook
    for fresh, kept in zip(cells(notebook), cells(nbformat.read(path, as_version=4)), strict=True):
        assert told(fresh) == told(kept), REFRESH


@pytest.mark.usefixtures("executed")
def test_no_notebook_touches_what_the_user_has(own_data):
    files = [file for file in own_data.rglob("*") if file.is_file()]

    assert [file.read_text() for file in files] == ["someone's delivery\n"]


def test_there_are_three_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_explore_results",
        "02_bring_your_own_csv",
        "03_drift_over_time",
    ]


@every_notebook
def test_a_committed_notebook_is_light_whole_and_of_no_machine(path):
    notebook = nbformat.read(path, as_version=4)

    outputs = [output for cell in cells(notebook) for output in cell.outputs]
    assert path.stat().st_size <= 200_000
    assert [cell.execution_count for cell in cells(notebook)] == list(range(1, len(cells(notebook)) + 1))
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert MACHINE_PATH.findall(json.dumps(outputs)) == []
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@every_notebook
def test_a_notebook_teaches_in_prose(path):
    notebook = nbformat.read(path, as_version=4)

    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    assert prose[0].source.startswith("# ")
    assert len(prose) >= len(cells(notebook)) / 2
