"""The program that profiles a sample: ``python -P -m customer_analytics.datasets.profiling.profiler FOLDER MEMORY_MB``.

Reads ``sample.parquet`` in the folder and leaves ``profile.html`` there. A process of its own, because profiling takes
half a gigabyte and libraries that a run does not need: it gives way to everything else, is the first to go when memory
is short, and ends with the process that started it, whichever way that one ends.
"""

import os
import resource
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path

SAMPLE, PAGE = "sample.parquet", "profile.html"

_LEAST_URGENT = 19
_FIRST_TO_GO = "1000"


def main() -> None:
    """Profile the sample in the folder that the command line names."""
    folder, memory_mb = Path(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    os.nice(_LEAST_URGENT)
    _, allowed = resource.getrlimit(resource.RLIMIT_DATA)
    most = memory_mb << 20 if allowed == resource.RLIM_INFINITY else min(memory_mb << 20, allowed)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
    beside = folder / "part"
    beside.write_text(profile(folder / SAMPLE), encoding="utf-8")
    beside.rename(folder / PAGE)


def profile(sample: Path) -> str:
    """The page of a sample, without rows of it, interactions or anything from a network."""
    import matplotlib as mpl  # noqa: PLC0415  these take seconds, and the parent may be gone before
    import pandas as pd  # noqa: PLC0415
    from data_profiling import ProfileReport  # type: ignore[import-untyped]  # noqa: PLC0415

    mpl.rcParams["text.parse_math"] = False  # a name may hold dollars
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
    """The parent holds the other end of standard input and writes nothing: input ends when the parent does."""
    os.read(0, 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
