"""Around every run: a log file of its own, summaries of what was saved, names for the progress, sizes for Kedro-Viz.

Kedro imports this with the settings, before any command: what is heavy is imported where it is used.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, DatasetError
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from customer_analytics.core.errors import CustomerAnalyticsError
from customer_analytics.core.ledger.warnings import configuration_warnings
from customer_analytics.datasets.atomic_save import atomic_replace

if TYPE_CHECKING:
    from customer_analytics.datasets.input_files_dataset import InputFilesDataset

logger = logging.getLogger(__name__)

_SUMMARISED_ROWS = 100_000
_CHECKED = "clean_purchases"
"""The dataset whose chunks pandera checks."""

_TOLD_IN_WORDS = frozenset({"drift", "history", "memory_profiling", "profiling", "reporting"})
"""Pipelines that say in words what they found: the console does without summaries of their tables."""

_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class RunHooks:
    """Hooks of a Kedro run."""

    def __init__(self) -> None:
        self._log: logging.Handler | None = None
        self._to_hash: InputFilesDataset | None = None
        self._checks_chunks = False
        self._importing: Thread | None = None

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Open the run's log, start its clock, share one heap."""
        from customer_analytics.datasets import allocator as heap
        from customer_analytics.datasets import run_usage as usage
        from customer_analytics.datasets.input_files_dataset import InputFilesDataset

        usage.start_clock()
        heap.limit_arenas()
        folder = Path(run_params["project_path"]) / "logs"
        folder.mkdir(exist_ok=True)
        name = str(run_params["run_id"]).replace(":", ".")
        self._log = logging.FileHandler(folder / f"{name}.log", encoding="utf-8")
        self._log.setFormatter(logging.Formatter(_LINE))
        logging.getLogger().addHandler(self._log)
        inputs = catalog.get("input_files") if "input_files" in pipeline.inputs() else None
        self._to_hash = inputs if isinstance(inputs, InputFilesDataset) else None
        self._checks_chunks = _CHECKED in pipeline.all_outputs()

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Name the progress after the node, which is not to pay for the peaks of those before it."""
        from customer_analytics.datasets import allocator as heap
        from customer_analytics.datasets.progress import current_node

        current_node.set(node.short_name)
        heap.release_excess()
        if self._importing and _CHECKED in node.outputs:
            self._importing.join()
            self._importing = None

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:  # noqa: ANN401  any dataset's data
        """Log a summary of each small table, and what accounts say in words; of a simulation, only how it ended.

        The first save leaves no core idle; beside what follows it pandera is imported, and the input hashed if the
        command has not begun that.
        """
        import pandas as pd

        inputs, self._to_hash = self._to_hash, None
        if inputs is not None:
            inputs.load_ahead()
        if self._checks_chunks:
            from customer_analytics.datasets.validation import import_pandera

            self._checks_chunks = False
            importing = Thread(target=import_pandera, daemon=True)
            importing.start()
            self._importing = importing
        if isinstance(data, pd.DataFrame) and len(data) <= _SUMMARISED_ROWS:
            from customer_analytics.core.aggregation.table_summary import summarise_frame

            level = logging.DEBUG if node.namespace in _TOLD_IN_WORDS else logging.INFO
            logger.log(level, "%s: %s", dataset_name, summarise_frame(data))
        elif isinstance(data, dict):
            said = data.get("in_words", ())
            for line in said[:1] if dataset_name.startswith("simulated") else said:
                logger.info("%s: %s", dataset_name, line)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> None:
        """Warn of a ledger that is doubtful, close the run's log, end with an error if drift is to stop someone."""
        outputs = pipeline.all_outputs()
        for line in configuration_warnings(catalog.load("ledger")) if "ledger" in outputs else ():
            logger.warning("ledger: %s", line)
        self._end()
        if "drift_verdict" in outputs:
            from customer_analytics.core.drift.comparisons import check_gate

            check_gate(catalog.load("drift_verdict"))

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Put the traceback into the run's log alone; the command line says in one message what went wrong."""
        if isinstance(self._log, logging.FileHandler):
            trace = (type(error), error, error.__traceback__)
            self._log.handle(logging.LogRecord(__name__, logging.ERROR, __file__, 0, "the run ended", None, trace))
            error.add_note(f"Traceback: {self._log.baseFilename}")
        self._end()

    def _end(self) -> None:
        """Give back what the run's heap kept, which a notebook may need, and close the log."""
        from customer_analytics.datasets import allocator as heap

        heap.release_memory()
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
            self._log.close()
            self._log = None


_COUNTED_BY = {"ledger": "raw_purchases", "synthesis_truth": "synthetic_purchases"}
"""Accounts whose ``rows_in`` are the rows of a file that has no footer to tell them."""

Stats = dict[str, dict[str, int]]
"""``rows``, ``columns`` and ``file_size`` by name of dataset, as Kedro-Viz reads them from ``.viz/stats.json``."""


class VizHooks:
    """The sizes of streamed tables for Kedro-Viz, whose own hook knows pandas frames alone.

    That hook is called first, as those of plugins are, and replaces the file by what it saw in this run; this one adds
    what it cannot see, and what earlier runs of other pipelines had left. No run fails for want of it.
    """

    def __init__(self) -> None:
        self._earlier: Stats = {}
        self._counted: Stats = {}

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Remember what earlier runs left."""
        self._earlier, self._counted = _stats_in(_stats_file(run_params)), {}

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:  # noqa: ANN401  any dataset's data
        """Note the rows of a text file when its account is saved."""
        if dataset_name in _COUNTED_BY:
            self._counted[_COUNTED_BY[dataset_name]] = {"rows": data["rows_in"], **_size_of_inputs(data)}

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Put the sizes of this run beside those of earlier ones; only a checkout has a Kedro-Viz that reads them."""
        file = _stats_file(run_params)
        if not (file.parents[1] / "pyproject.toml").is_file():
            return
        streamed = {name: size for name in sorted(pipeline.datasets()) if (size := _stats_of(catalog.get(name)))}
        stats = {**self._earlier, **_stats_in(file), **self._counted, **streamed}
        try:
            with atomic_replace(file) as beside:
                beside.write_text(json.dumps(stats, indent=2), encoding="utf-8")
        except OSError as error:
            logger.warning("Kedro-Viz will show no sizes of this run: %s", error)


def _stats_file(run_params: Mapping[str, Any]) -> Path:
    return Path(run_params["project_path"]) / ".viz" / "stats.json"


def _stats_in(file: Path) -> Stats:
    """What a file says; nothing where there is none, or half of one that another run is writing."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _stats_of(dataset: Any) -> dict[str, int]:  # noqa: ANN401  any dataset
    """What a streamed dataset says of itself; nothing for another, or where nothing was saved."""
    from pyarrow import ArrowException

    try:
        return dict(dataset.stats()) if hasattr(dataset, "stats") else {}
    except (CustomerAnalyticsError, DatasetError, OSError, ArrowException):
        return {}


def _size_of_inputs(account: Mapping[str, Any]) -> dict[str, int]:
    files = account.get("input_files", ())
    return {"file_size": sum(file["bytes"] for file in files)} if files else {}
