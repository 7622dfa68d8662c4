"""Trials of chunk sizes. Each trial runs the main job (ingestion to aggregation) on some records, in a new process."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Never

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import COLUMNS
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.memory.chunk_size_trials import HEADER, RECORD, Trial, TrialOutcome, as_records
from customer_analytics.core.memory.settings import MemorySettings
from customer_analytics.datasets.atomic_save import is_alive
from customer_analytics.datasets.csv_lines_dataset import CSVLinesDataset
from customer_analytics.datasets.process_memory import TreeSampler
from customer_analytics.datasets.runtime import RuntimeSettings

logger = logging.getLogger(__name__)

_PREFIX = ".trials-"
_DELIVERY = "purchases.csv"
_PLAIN_CSV = {"delimiter": ",", "quote": '"', "encoding": "utf-8", "columns": {}}


@dataclass(frozen=True, slots=True)
class TrialBench:
    """An object that runs the main job with different chunk sizes, measures time and memory, and leaves no files.

    Args:
        threads: Number of chunks that a trial processes at the same time.
    """

    threads: int

    def try_sizes(self, raw: Chunks, contract: Contract, settings: MemorySettings) -> tuple[Trial, ...]:
        """Run the main job (ingestion, cleaning, aggregation) once per chunk size; return one measured trial per size.

        Args:
            raw: ``raw_purchases``; its first records are written to a plain CSV that all trials read.
            contract: The data contract of the trials.
            settings: Chunk sizes, number of records, and time limit of a trial.
        """
        with _trials_folder() as folder:
            rows, whole = _write_first_records(raw, settings.trial_rows, folder / _DELIVERY)
            parameters = {"csv": _PLAIN_CSV, "contract": asdict(contract)}
            trials = [Trial(size, rows, self.threads + 1, whole, TrialOutcome.FAILED) for size in settings.chunk_rows]
            return tuple(_run(trial, folder, parameters, settings.trial_limit_s) for trial in trials)


class ChunkTrialsDataset(AbstractDataset[Never, TrialBench]):
    """A read-only dataset that loads a :class:`TrialBench`: the object that runs trials of chunk sizes.

    Example catalog entry:

    .. code-block:: yaml

        chunk_trial_bench:
          type: customer_analytics.datasets.ChunkTrialsDataset
    """

    def __init__(self, *, threads: object = None, metadata: dict[str, Any] | None = None) -> None:
        """Create the dataset.

        Args:
            threads: Number of chunks that a trial processes at the same time; default: the number of cores.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        self.metadata = metadata
        self._threads = RuntimeSettings.of(threads=threads).threads

    def load(self) -> TrialBench:
        """Return the object that runs trials of chunk sizes; the load itself runs no trial."""
        return TrialBench(self._threads)

    def save(self, data: Never) -> Never:  # noqa: ARG002  Kedro's signature
        """Raise DatasetError: the dataset is read-only."""
        raise DatasetError("chunk_trial_bench: expected to be read only; found a node that saves it")

    def _describe(self) -> dict[str, Any]:
        return {"threads": self._threads}

    def _exists(self) -> bool:
        return True


@contextmanager
def _trials_folder() -> Iterator[Path]:
    """Remove the temporary folders of killed runs; yield a new one, and remove it when the block ends."""
    data = Path(os.environ.get("DATA_DIR") or "data").resolve()
    for leftover in data.glob(f"{_PREFIX}*"):
        if not is_alive(int(leftover.name.split("-")[1])):
            shutil.rmtree(leftover, ignore_errors=True)
    parent = data if data.is_dir() else None
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent) as folder:
        yield Path(folder)


def _write_first_records(raw: Chunks, max_rows: int, path: Path) -> tuple[int, bool]:
    """Write the first records of ``raw``, at most ``max_rows``, to a CSV with a header.

    Returns:
        A pair: first the number of written records; second whether these are all records of ``raw``.
    """
    rows, whole = 0, True

    def records() -> Iterator[pd.DataFrame]:
        nonlocal rows, whole
        yield pd.DataFrame({RECORD: pd.Series([HEADER], dtype=TEXT)})
        for chunk in raw.select(COLUMNS):
            head = chunk.head(max_rows - rows)
            whole = len(head) == len(chunk)
            if len(head):
                rows += len(head)
                yield as_records(head)
            if not whole:
                return

    CSVLinesDataset(filepath=str(path)).save(records())
    return rows, whole


def _run(trial: Trial, trials_folder: Path, parameters: dict[str, Any], limit_s: float) -> Trial:
    """Run a trial for at most ``limit_s`` seconds, remove its files, and return it with its outcome and measures."""
    with tempfile.TemporaryDirectory(dir=trials_folder) as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text("[tool.kedro]\n")  # makes the folder a Kedro project
        task = {"folder": name, "parameters": parameters, "answer": str(folder / "answer.json")}
        environment = {
            **os.environ,
            "PURCHASES_CSV": str(trials_folder / _DELIVERY),
            "DATA_DIR": str(folder / "data"),
            "CHUNK_ROWS": str(trial.chunk_rows),
            "THREADS": str(trial.chunks_held - 1),
        }
        output_file = folder / "output.txt"
        with (
            output_file.open("w") as output,
            _process(environment, output) as process,
            TreeSampler(process.pid) as sampler,
        ):
            outcome = _wait(process, json.dumps(task), limit_s)
        if outcome is not TrialOutcome.DONE:
            logger.warning("chunk_rows %s: %s. %s", f"{trial.chunk_rows:,}", outcome, _last_line(output_file))
            return replace(trial, outcome=outcome)
        answer = json.loads((folder / "answer.json").read_text())
    done = replace(
        trial,
        outcome=outcome,
        elapsed_s=round(answer["elapsed_s"], 3),
        cpu_s=round(answer["cpu_s"], 3),
        peak_bytes=max(answer["peak_bytes"], sampler.resident_bytes),
        owned_bytes=sampler.owned_bytes or None,
    )
    logger.info(
        "chunk_rows %s: %.1f s, %.0f MB", f"{done.chunk_rows:,}", done.elapsed_s, (done.peak_bytes or 0) / 10**6
    )
    return done


def _last_line(output_file: Path) -> str:
    """Return the last line of a trial's output; skip the line that names the log file, because that file is removed."""
    lines = output_file.read_text(errors="replace").splitlines()
    return next((line for line in reversed(lines) if line and not line.startswith("Traceback")), "No output.")


@contextmanager
def _process(environment: dict[str, str], output: IO[str]) -> Iterator[subprocess.Popen[str]]:
    """Start the process of a trial and yield it; kill it when the ``with`` block ends."""
    program = [sys.executable, "-m", "customer_analytics.datasets.profiling.trial_run"]
    with subprocess.Popen(  # noqa: S603  this project's own program
        program, stdin=subprocess.PIPE, stdout=output, stderr=output, env=environment, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait(process: subprocess.Popen[str], task: str, limit_s: float) -> TrialOutcome:
    try:
        process.communicate(task, limit_s)
    except subprocess.TimeoutExpired:
        return TrialOutcome.TOO_SLOW
    return TrialOutcome.FAILED if process.returncode else TrialOutcome.DONE
