"""One run of the main job in a process of its own: ``python -m customer_analytics.datasets.profiling.trial_run``.

Reads a JSON object from standard input: ``folder`` (the project folder of this run, which takes its logs),
``parameters`` (Kedro's runtime parameters) and ``answer`` (the file that takes ``elapsed_s``, ``cpu_s`` and
``peak_bytes``). The rest is the environment's: ``PURCHASES_CSV``, ``DATA_DIR``, ``CHUNK_ROWS``, ``THREADS``.
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
    """Run what standard input says."""
    task = json.load(sys.stdin)
    home = Path(find_kedro_project(Path.cwd()) or Path.cwd())
    configure_project("customer_analytics")
    from customer_analytics.settings import CONF_SOURCE  # noqa: PLC0415  reads the environment

    os.chdir(task["folder"])  # Kedro-Viz keeps its statistics in the project that it finds from here
    session = KedroSession.create(
        task["folder"], runtime_params=task["parameters"], conf_source=str(home / CONF_SOURCE)
    )
    started, worked = time.perf_counter(), time.process_time()
    session.run(pipeline_names=MAIN_JOB)
    took = {"elapsed_s": time.perf_counter() - started, "cpu_s": time.process_time() - worked}
    session.close()
    Path(task["answer"]).write_text(json.dumps({**took, "peak_bytes": own_peak_bytes()}))


if __name__ == "__main__":
    main()
