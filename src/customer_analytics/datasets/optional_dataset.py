"""Datasets that load ``None`` if nothing was saved, so that a report can be made without some of its inputs."""

from typing import Any

from customer_analytics.datasets.atomic_dataset import AtomicDataset


class OptionalDataset(AtomicDataset):
    """An ``AtomicDataset`` that loads ``None`` if nothing was saved yet.

    Example catalog entry:

    .. code-block:: yaml

        run_changes:
          type: customer_analytics.datasets.OptionalDataset
          filepath: data/08_reporting/run_changes.json
          dataset: {type: json.JSONDataset}
    """

    def load(self) -> Any:  # noqa: ANN401  whatever the wrapped dataset loads
        """Load the file with the wrapped dataset; return ``None`` if there is no file."""
        return super().load() if self._exists() else None


class ChartDataset(OptionalDataset):
    """A dataset of a Plotly figure, which Kedro-Viz shows; it loads ``None`` if nothing was saved yet.

    Example catalog entry:

    .. code-block:: yaml

        volume_chart:
          type: customer_analytics.datasets.ChartDataset
          filepath: data/08_reporting/volume_chart.json
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Create the dataset.

        Args:
            filepath: A local path.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        super().__init__(filepath=filepath, dataset={"type": "plotly.JSONDataset"}, metadata=metadata)
