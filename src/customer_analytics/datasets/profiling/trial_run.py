"""The program that runs ingestion to aggregation once: ``python -m customer_analytics.datasets.profiling.trial_run``.

The program reads a JSON object from standard input:

- ``folder``: the project folder of this run; its logs are written there;
- ``parameters``: Kedro's runtime parameters;
- ``answer``: path of the JSON file that the program writes, with ``elapsed_s``, ``cpu_s`` and ``peak_bytes``.

All other settings come from the environment: ``PURCHASES_CSV``, ``DATA_DIR``, ``CHUNK_ROWS`` and ``THREADS``.
"""

import json
import os
import sys
import time
from pathlib import Path

from kedro.framework.project import configure_project
from kedro.framework.session import KedroSession
from kedro.utils import find_kedro_project

from customer_analytics.datasets.process_memory import own_peak_bytes

MAIN_JOB = ["ingestion", "cleaning", "aggregation"]


def main() -> None:
    """Read the JSON object from standard input, run ingestion to aggregation, and write the measurements."""
    task = json.load(sys.stdin)
    project = Path(find_kedro_project(Path.cwd()) or Path.cwd())
    configure_project("customer_analytics")
    from customer_analytics.settings import CONF_SOURCE  # noqa: PLC0415  reads the environment

    os.chdir(task["folder"])  # Kedro-Viz writes its statistics into the project of the current folder
    session = KedroSession.create(
        task["folder"], runtime_params=task["parameters"], conf_source=str(project / CONF_SOURCE)
    )
    started_wall, started_cpu = time.perf_counter(), time.process_time()
    session.run(pipeline_names=MAIN_JOB)
    usage = {"elapsed_s": time.perf_counter() - started_wall, "cpu_s": time.process_time() - started_cpu}
    session.close()
    Path(task["answer"]).write_text(json.dumps({**usage, "peak_bytes": own_peak_bytes()}))


if __name__ == "__main__":
    main()
