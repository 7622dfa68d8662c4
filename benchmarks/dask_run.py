"""This project on one machine and on Dask with one and two workers, and plain ``dask.dataframe``, side by side.

Takes the options of ``run.py``, and measures as it does. Workers of this project are forked from a server that nobody
waits for, so the CPU time of their work is not in the table.
"""

import sys
from pathlib import Path

import run
from peers.job import Answer
from programs import JOB, OURS, PEERS, Program, our_answer

HERE = Path(__file__).parent


def _ours_on_dask(workers: int) -> Program:
    script = str(HERE / "dask_ours.py")
    clean = "03_primary/clean_purchases.parquet"
    return Program(f"{OURS}, dask {workers}", [script, str(workers)], our_answer, clean=clean)


def _plain(workers: int) -> Program:
    script = str(PEERS / "dask_dataframe_job.py")
    return Program(f"dask.dataframe {workers}", [script, "{csv}", "{folder}", str(workers)], Answer.read, exact=False)


PROGRAMS = (*(one for one in JOB if one.name == OURS), _ours_on_dask(1), _ours_on_dask(2), _plain(2))


if __name__ == "__main__":
    run.JOB = PROGRAMS
    sys.exit(run.main())
