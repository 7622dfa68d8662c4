"""The program that profiles a sample: ``python -P -m customer_analytics.datasets.profiling.profiler FOLDER MEMORY_MB``.

Reads ``sample.parquet`` in the folder and writes ``profile.html`` there. It is a separate process, because profiling
needs much memory and libraries that a run does not need. The process has the lowest CPU priority, is the first to be
killed when memory is short, and ends with the process that started it.
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
    """Profile the sample in the folder of the command line, with at most ``MEMORY_MB`` of memory."""
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
    """Return the HTML page of a sample; it shows no rows, has no interactions and loads nothing from a network."""
    import matplotlib as mpl  # noqa: PLC0415  slow to import; the watch over the parent starts before
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
    """Remove the folder and exit when the parent process ends."""
    os.read(0, 1)  # blocks until then: the parent holds the other end of standard input and never writes
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
