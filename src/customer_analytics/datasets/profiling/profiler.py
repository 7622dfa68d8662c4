"""The program that profiles a sample: ``python -P -m customer_analytics.datasets.profiling.profiler FOLDER MEMORY_MB``.

The program reads ``FOLDER/sample.parquet`` and writes ``FOLDER/profile.html``. It runs in a separate process, because
profiling needs much memory and libraries that a run does not need. The process has the lowest CPU priority. The system
kills it first when memory is short. It ends when the process that started it ends.
"""

import os
import resource
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path

SAMPLE, PAGE = "sample.parquet", "profile.html"

_LOWEST_PRIORITY = 19
_KILLED_FIRST = "1000"


def main() -> None:
    """Profile the sample in ``FOLDER`` with at most ``MEMORY_MB`` of memory; both are command-line arguments."""
    folder, memory_mb = Path(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    os.nice(_LOWEST_PRIORITY)
    _, hard_limit = resource.getrlimit(resource.RLIMIT_DATA)
    limit = memory_mb << 20 if hard_limit == resource.RLIM_INFINITY else min(memory_mb << 20, hard_limit)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with suppress(OSError):  # the file exists on Linux only
        Path("/proc/self/oom_score_adj").write_text(_KILLED_FIRST)
    temporary = folder / "part"
    temporary.write_text(profile(folder / SAMPLE), encoding="utf-8")
    temporary.rename(folder / PAGE)


def profile(sample: Path) -> str:
    """Profile a Parquet file and return an HTML page; the page shows no single rows and needs no network."""
    import matplotlib as mpl  # noqa: PLC0415  slow to import; the thread that waits for the parent's end starts before
    import pandas as pd  # noqa: PLC0415
    from data_profiling import ProfileReport  # type: ignore[import-untyped]  # noqa: PLC0415

    mpl.rcParams["text.parse_math"] = False  # dollar signs in texts are no formulas
    report = ProfileReport(
        pd.read_parquet(sample),
        title="Profile of a sample",
        minimal=True,
        progress_bar=False,
        pool_size=1,
        correlations={"auto": {"calculate": True}},
        missing_diagrams={"bar": True},
        html={"inline": True, "use_local_assets": True, "navbar_show": True},
    )
    return str(report.to_html())


def _end_with_parent(folder: Path) -> None:
    """Wait until the parent process ends, then remove the folder and exit."""
    os.read(0, 1)  # returns when the parent ends: it holds the other end of standard input and never writes
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
