"""Files that may not be there: a report says what is missing instead of failing."""

from typing import Any

from customer_analytics.datasets.atomic_dataset import AtomicDataset


class OptionalDataset(AtomicDataset):
    """As ``AtomicDataset``; ``None`` is loaded where nothing was saved yet.

    Example catalog entry:

    .. code-block:: yaml

        run_changes:
          type: customer_analytics.datasets.OptionalDataset
          filepath: data/08_reporting/run_changes.json
          dataset: {type: json.JSONDataset}
    """

    def load(self) -> Any:  # noqa: ANN401  whatever the dataset inside holds
        """What the dataset inside loads, or ``None``."""
        return super().load() if self._exists() else None


class ChartDataset(OptionalDataset):
    """A Plotly figure, which Kedro-Viz shows; ``None`` where none was saved yet.

    Example catalog entry:

    .. code-block:: yaml

        volume_chart:
          type: customer_analytics.datasets.ChartDataset
          filepath: data/08_reporting/volume_chart.json
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Describe the file.

        Args:
            filepath: A local path.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        super().__init__(filepath=filepath, dataset={"type": "plotly.JSONDataset"}, metadata=metadata)
