"""A dataset that makes the saves of another Kedro dataset atomic."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset, AbstractVersionedDataset, DatasetError, Version

from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers


class AtomicDataset(AbstractVersionedDataset[Any, Any]):
    """A wrapper for a Kedro dataset of one local file: a save replaces the file only when the new file is complete.

    Example catalog entry:

    .. code-block:: yaml

        ledger:
          type: customer_analytics.datasets.AtomicDataset
          filepath: data/08_reporting/ledger.json
          dataset: {type: json.JSONDataset}
    """

    def __init__(
        self,
        *,
        filepath: str,
        dataset: dict[str, Any],
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Create the dataset.

        Args:
            filepath: A local path.
            dataset: Catalog entry of the wrapped dataset, without ``filepath``.
            version: Set by Kedro if the catalog entry has ``versioned: true``.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata
        self._config = dataset

    def load(self) -> Any:  # noqa: ANN401  whatever the wrapped dataset loads
        """Load the file with the wrapped dataset."""
        return self._wrapped(Path(self._get_load_path())).load()

    def save(self, data: Any) -> None:  # noqa: ANN401
        """Write a temporary file with the wrapped dataset, then replace the dataset's file with it."""
        path = Path(self._get_save_path())
        remove_leftovers(path)
        with atomic_replace(path) as temporary:
            self._wrapped(temporary).save(data)

    @property
    def filepath(self) -> str:
        """The path of the file that a load reads; Kedro-Viz shows the size of this file."""
        return str(self._get_load_path() if self._exists() else self._filepath)

    @property
    def preview(self) -> Callable[..., Any]:
        """The preview method of the wrapped dataset; Kedro-Viz calls it and reads its return annotation.

        Raises:
            AttributeError: The wrapped dataset has no preview.
        """
        return self._wrapped(Path(self.filepath)).preview  # type: ignore[attr-defined]

    def _wrapped(self, path: Path) -> AbstractDataset[Any, Any]:
        return AbstractDataset.from_config(str(self._filepath), {**self._config, "filepath": str(path)})

    def _exists(self) -> bool:
        try:
            return Path(self._get_load_path()).is_file()
        except DatasetError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "dataset": self._config, "version": self._version}
