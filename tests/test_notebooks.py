"""The notebooks run without changes, use no data of the user, and contain the outputs that they print."""

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
HINT = (
    "run `DATA_DIR=$(mktemp -d) jupyter nbconvert --execute --ExecutePreprocessor.record_timing=False --inplace "
    "notebooks/*.ipynb` and review the differences"
)

RUN_ID = re.compile(r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z")
MACHINE_PATH = re.compile(r"/(?:home|root|Users|work|tmp|var)/\w|file://|[A-Z]:\\\\")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def user_data(tmp_path_factory):
    """A data folder with a delivery that no notebook may read or replace."""
    data = tmp_path_factory.mktemp("data")
    (data / "01_raw").mkdir()
    (data / "01_raw" / "purchases.csv").write_text("someone's delivery\n")
    return data


@pytest.fixture(scope="module")
def executed(user_data, tmp_path_factory):
    """Path of a notebook → the executed notebook, or the exception that ended it; run in a copy of the project."""
    project = project_copy(tmp_path_factory.mktemp("project"))
    (project / "notebooks").mkdir()
    home = tmp_path_factory.mktemp("home")
    settings = {"DATA_DIR": user_data, "PURCHASES_CSV": "", "CHUNK_ROWS": "", "THREADS": "1"}
    settings |= {"TMPDIR": home, "IPYTHONDIR": home, "JUPYTER_DATA_DIR": home}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KEDRO_LOGGING_CONFIG", raising=False)
        for name, value in settings.items():
            patch.setenv(name, str(value))
        results = asyncio.run(execute_all(project / "notebooks"))
    return dict(zip(NOTEBOOKS, results, strict=True))


async def execute_all(folder):
    resources = {"metadata": {"path": str(folder)}}
    executions = [
        NotebookClient(
            nbformat.read(path, as_version=4), timeout=240, kernel_name="python3", resources=resources
        ).async_execute()
        for path in NOTEBOOKS
    ]
    return await asyncio.gather(*executions, return_exceptions=True)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def output_text(cell):
    """The text that a cell prints or shows, with run ids masked because they differ in every run."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return RUN_ID.sub("<run id>", "".join(texts))


@every_notebook
def test_a_notebook_runs_to_its_end_and_prints_what_is_committed(path, executed):
    notebook = executed[path]

    assert not isinstance(notebook, BaseException), notebook
    committed = nbformat.read(path, as_version=4)
    for new_cell, committed_cell in zip(code_cells(notebook), code_cells(committed), strict=True):
        assert output_text(new_cell) == output_text(committed_cell), HINT


@pytest.mark.usefixtures("executed")
def test_no_notebook_touches_the_data_of_the_user(user_data):
    files = [file for file in user_data.rglob("*") if file.is_file()]

    assert [file.read_text() for file in files] == ["someone's delivery\n"]


def test_there_are_three_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_explore_results",
        "02_bring_your_own_csv",
        "03_drift_over_time",
    ]


@every_notebook
def test_a_committed_notebook_is_small_and_complete_and_names_no_machine(path):
    notebook = nbformat.read(path, as_version=4)

    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    execution_counts = [cell.execution_count for cell in code_cells(notebook)]
    assert path.stat().st_size <= 200_000
    assert execution_counts == list(range(1, len(execution_counts) + 1))
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert MACHINE_PATH.findall(json.dumps(outputs)) == []
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@every_notebook
def test_a_notebook_explains_its_code(path):
    notebook = nbformat.read(path, as_version=4)

    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    assert prose[0].source.startswith("# ")
    assert len(prose) >= len(code_cells(notebook)) / 2
