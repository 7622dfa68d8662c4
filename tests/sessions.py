"""Real Kedro sessions for tests: a copy of the configuration, so that logs stay out of the checkout."""

import shutil
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

ROOT = Path(__file__).parents[1]


def project_copy(folder):
    """A project folder that sessions can run in."""
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    (folder / "src").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run_pipelines(patch, project, data, csv, *pipelines, outputs=None):
    """Runs pipelines on a CSV and a data folder; ``outputs`` are all that has to be made."""
    settings = {"PURCHASES_CSV": csv, "DATA_DIR": data, "CHUNK_ROWS": "", "THREADS": "1"}
    for name, value in settings.items():
        patch.setenv(name, str(value))
    patch.chdir(project)
    bootstrap_project(project)
    with KedroSession.create(project_path=project) as session:
        session.run(pipeline_names=list(pipelines), to_outputs=outputs)
