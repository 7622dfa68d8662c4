"""Around every run: a log file of its own, summaries of what was saved, names for the progress."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from customer_analytics.datasets import usage
from customer_analytics.datasets.progress import running

logger = logging.getLogger(__name__)

_SUMMARISED_ROWS = 100_000
_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class RunHooks:
    """Hooks of a Kedro run."""

    def __init__(self) -> None:
        self._log: logging.Handler | None = None

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Open ``logs/<run id>.log`` and start the clock."""
        usage.begin()
        folder = Path(run_params["project_path"]) / "logs"
        folder.mkdir(exist_ok=True)
        name = str(run_params["run_id"]).replace(":", ".")
        self._log = logging.FileHandler(folder / f"{name}.log", encoding="utf-8")
        self._log.setFormatter(logging.Formatter(_LINE))
        logging.getLogger().addHandler(self._log)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Name the progress after the node."""
        running.set(node.short_name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:  # noqa: ANN401  any dataset's data
        """Log a summary of each small table; streamed tables log their own while they are written."""
        if isinstance(data, pd.DataFrame) and len(data) <= _SUMMARISED_ROWS:
            from customer_analytics.core.description import describe_frame  # noqa: PLC0415  after Arrow is loaded

            logger.info("%s: %s", dataset_name, describe_frame(data))
        elif isinstance(data, dict):
            for line in data.get("in_words", ()):
                logger.info("%s: %s", dataset_name, line)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> None:
        """Close the run's log; then end the run with an error if its drift verdict is to stop someone."""
        self._close_log()
        if "drift_verdict" in pipeline.all_outputs():
            from customer_analytics.core.drift.comparisons import check_gate  # noqa: PLC0415  costs what drift costs

            check_gate(catalog.load("drift_verdict"))

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Put the traceback into the run's log alone; the command line says in one message what went wrong."""
        if isinstance(self._log, logging.FileHandler):
            trace = (type(error), error, error.__traceback__)
            self._log.handle(logging.LogRecord(__name__, logging.ERROR, __file__, 0, "the run ended", None, trace))
            error.add_note(f"Traceback: {self._log.baseFilename}")
        self._close_log()

    def _close_log(self) -> None:
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
            self._log.close()
            self._log = None
