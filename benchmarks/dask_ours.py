"""The job on Dask as a user runs it, with so many workers of one thread: ``dask_ours.py WORKERS``."""

import os
import runpy
import sys

if __name__ == "__main__":
    os.environ["DASK_WORKERS"] = sys.argv[1]
    sys.argv = ["kedro", "run", "--env", "dask", "--pipelines", "ingestion,cleaning,aggregation"]
    runpy.run_module("kedro", run_name="__main__")
