"""Hooks of a Kedro run: log file, summaries of saved datasets, progress labels, warnings, and an error on drift.

Kedro imports this module before every command. Modules that are slow to import are imported inside the hooks.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from customer_analytics.catalog_metadata import Metadata, metadata_by_name, name_with_role
from customer_analytics.machine_code import announce_compilation

logger = logging.getLogger(__name__)

_MAX_SUMMARISED_ROWS = 100_000
_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class RunHooks:
    """The Kedro hooks that log a run, label its progress, and raise an error if detected drift must fail it."""

    def __init__(self) -> None:
        self._log: logging.Handler | None = None
        self._metadata: Mapping[str, Metadata] = {}

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Start the clock of the run, open its log file, and start to hash the input files in the background."""
        from customer_analytics.datasets import allocator, run_usage

        run_usage.start_clock()
        allocator.limit_arenas()
        self._open_log(Path(run_params["project_path"]) / "logs", str(run_params["run_id"]))
        announce_compilation()
        self._metadata = metadata_by_name(catalog, (name for name in pipeline.datasets() if name in catalog))
        if name := name_with_role(self._metadata, "input"):
            input_dataset: Any = catalog.get(name)
            input_dataset.start_hashing()

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Set the label of the progress display to the name of the node."""
        from customer_analytics.datasets.progress import current_node

        current_node.set(node.short_name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:  # noqa: ANN401  any dataset's data
        """Log a summary of a saved pandas table, or the explanation that a saved dict contains (``in_words``).

        The metadata key ``console`` of the dataset decides what the console shows: the ``summary`` of the table, or all
        ``lines`` or only the ``first_line`` of the explanation. A large table has no summary.
        """
        import pandas as pd

        console = self._metadata.get(dataset_name, {}).get("console")
        if isinstance(data, pd.DataFrame) and len(data) <= _MAX_SUMMARISED_ROWS:
            from customer_analytics.core.aggregation.table_summary import summarise_frame

            level = logging.INFO if console == "summary" else logging.DEBUG
            logger.log(level, "%s: %s", dataset_name, summarise_frame(data))
        elif isinstance(data, dict) and console in {"lines", "first_line"}:
            lines = data["in_words"]
            for line in lines if console == "lines" else lines[:1]:
                logger.info("%s: %s", dataset_name, line)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> None:
        """Log warnings about the configuration, close the log, and raise an error if drift must fail the run."""
        from customer_analytics.core.ledger.warnings import configuration_warnings

        outputs = {name: self._metadata.get(name, {}) for name in pipeline.all_outputs()}
        if ledger := name_with_role(outputs, "ledger"):
            for line in configuration_warnings(catalog.load(ledger)):
                logger.warning("%s: %s", ledger, line)
        self._end()
        if verdict := name_with_role(outputs, "verdict"):
            from customer_analytics.core.drift.comparisons import check_gate

            check_gate(catalog.load(verdict))

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Write the traceback of the error only to the log file, not to the console, and close the log file."""
        if isinstance(self._log, logging.FileHandler):
            trace = (type(error), error, error.__traceback__)
            self._log.handle(logging.LogRecord(__name__, logging.ERROR, __file__, 0, "the run failed", None, trace))
            error.add_note(f"Traceback: {self._log.baseFilename}")
        self._end()

    def _open_log(self, folder: Path, run_id: str) -> None:
        folder.mkdir(exist_ok=True)
        self._log = logging.FileHandler(folder / f"{run_id.replace(':', '.')}.log", encoding="utf-8")
        self._log.setFormatter(logging.Formatter(_LINE))
        logging.getLogger().addHandler(self._log)

    def _end(self) -> None:
        """Return freed memory to the operating system, and close the log file."""
        from customer_analytics.datasets import allocator

        allocator.release_memory()
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
            self._log.close()
            self._log = None
