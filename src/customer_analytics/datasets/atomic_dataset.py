"""Any single-file dataset of Kedro's, saved whole or not at all."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset, AbstractVersionedDataset, DatasetError, Version

from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers


class AtomicDataset(AbstractVersionedDataset[Any, Any]):
    """A dataset whose file on a local disk is replaced only when the new one is complete.

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
        """Describe the file.

        Args:
            filepath: A local path.
            dataset: The catalog entry of the dataset inside, without its ``filepath``.
            version: Kedro's, for ``versioned: true``.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata
        self._config = dataset

    def load(self) -> Any:  # noqa: ANN401  whatever the dataset inside holds
        """What the dataset inside loads."""
        return self._inside(Path(self._get_load_path())).load()

    def save(self, data: Any) -> None:  # noqa: ANN401
        """Let the dataset inside write beside the file, then take its place."""
        path = Path(self._get_save_path())
        remove_leftovers(path)
        with atomic_replace(path) as beside:
            self._inside(beside).save(data)

    @property
    def filepath(self) -> str:
        """The file that would be loaded, for Kedro-Viz, which shows its size."""
        return str(self._get_load_path() if self._exists() else self._filepath)

    @property
    def preview(self) -> Callable[..., Any]:
        """That of the dataset inside, if it has one; Kedro-Viz goes by what it is declared to return."""
        return self._inside(Path(self.filepath)).preview  # type: ignore[attr-defined]

    def _inside(self, path: Path) -> AbstractDataset[Any, Any]:
        return AbstractDataset.from_config(str(self._filepath), {**self._config, "filepath": str(path)})

    def _exists(self) -> bool:
        try:
            return Path(self._get_load_path()).is_file()
        except DatasetError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "dataset": self._config, "version": self._version}
