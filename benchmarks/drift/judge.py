"""Runs one tool on one pair: ``python judge.py TOOL FOLDER``. Prints alarms, seconds and bytes as one line of JSON."""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

if __name__ == "__main__":
    tool = importlib.import_module(f"tools.{sys.argv[1]}")
    deliveries = [pd.read_parquet(Path(sys.argv[2]) / f"{name}.parquet") for name in ("baseline", "current")]
    read_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    started = time.perf_counter()
    alarms = tool.find_alarms(*deliveries)
    elapsed_s = time.perf_counter() - started
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"alarms": alarms, "elapsed_s": elapsed_s, "peak_bytes": peak_bytes, "read_bytes": read_bytes}))
