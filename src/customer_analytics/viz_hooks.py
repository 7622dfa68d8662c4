"""Hooks that write the sizes of streamed tables because Kedro-Viz writes only the sizes of pandas frames."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, DatasetError
from kedro.pipeline import Pipeline

from customer_analytics.catalog_metadata import Metadata, metadata_by_name
from customer_analytics.core.errors import CustomerAnalyticsError
from customer_analytics.datasets.atomic_save import atomic_replace

logger = logging.getLogger(__name__)

Stats = dict[str, dict[str, int]]
"""Dataset → its number of ``rows``, ``columns`` and bytes (``file_size``), as in ``.viz/stats.json``."""


class VizHooks:
    """The Kedro hooks that add the sizes of datasets (rows, columns, bytes) to ``.viz/stats.json`` for Kedro-Viz.

    Kedro-Viz has a hook that runs first and overwrites the file with the sizes of this run's pandas frames. The hooks
    of this class add the sizes of streamed tables and the sizes from earlier runs. They never make a run fail.
    """

    def __init__(self) -> None:
        self._earlier: Stats = {}
        self._counted: Stats = {}
        self._metadata: Mapping[str, Metadata] = {}

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Read the sizes that earlier runs wrote."""
        self._earlier, self._counted = _read_stats(_stats_file(run_params)), {}
        self._metadata = metadata_by_name(catalog, (name for name in pipeline.all_outputs() if name in catalog))

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:  # noqa: ANN401  any dataset's data
        """If ``data`` contains the row count of a text dataset, keep this count as the size of the text dataset.

        The metadata key ``counts_rows_of`` of the saved dataset names the text dataset.
        """
        if text_dataset := self._metadata.get(dataset_name, {}).get("counts_rows_of"):
            files = data.get("input_files", ())
            file_size = {"file_size": sum(file["bytes"] for file in files)} if files else {}
            self._counted[text_dataset] = {"rows": data["rows_in"], **file_size}

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Write the sizes if the project has a ``pyproject.toml``; Kedro-Viz shows no project without this file."""
        file = _stats_file(run_params)
        if not (file.parents[1] / "pyproject.toml").is_file():
            return
        streamed = {name: size for name in sorted(pipeline.datasets()) if (size := _stats_of(catalog.get(name)))}
        stats: Stats = {**self._earlier, **_read_stats(file), **self._counted, **streamed}
        try:
            with atomic_replace(file) as unfinished:
                unfinished.write_text(json.dumps(stats, indent=2), encoding="utf-8")
        except OSError as error:
            logger.warning("Kedro-Viz will show no sizes of this run: %s", error)


def _stats_file(run_params: Mapping[str, Any]) -> Path:
    return Path(run_params["project_path"]) / ".viz" / "stats.json"


def _read_stats(file: Path) -> Stats:
    """Return the sizes of datasets from the file; if the file is missing or incomplete, return an empty dict."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _stats_of(dataset: Any) -> dict[str, int]:  # noqa: ANN401  any dataset
    """Return the sizes of a streamed table; return an empty dict if it cannot be read, and for any other dataset."""
    from pyarrow import ArrowException

    try:
        return dict(dataset.stats()) if hasattr(dataset, "stats") else {}
    except (CustomerAnalyticsError, DatasetError, OSError, ArrowException):
        return {}
