"""What was delivered, for a cluster: each input file is hashed by a worker."""

from collections.abc import Mapping
from typing import Any, Never, NoReturn

from kedro.io import AbstractDataset, DatasetError

from customer_analytics.datasets.dask.chunks import compute, tasks
from customer_analytics.datasets.dask.cluster import ClusterSettings
from customer_analytics.datasets.source_files import SourceFiles


class DaskInputFilesDataset(AbstractDataset[Never, list[dict[str, Any]]]):
    """The files behind a path, as the ledger names them; their bytes are read by the workers only.

    Example catalog entry:

    .. code-block:: yaml

        input_files:
          type: customer_analytics.datasets.DaskInputFilesDataset
          filepath: s3://deliveries/2024-*/purchases.csv
    """

    def __init__(
        self,
        *,
        filepath: str,
        cluster: Mapping[str, Any] | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the files; the arguments are those of ``DaskCSVDataset``."""
        self.metadata = metadata
        self._cluster = ClusterSettings.of(cluster)
        self._files = SourceFiles(str(filepath), {**(fs_args or {}), **(credentials or {})})

    def load(self) -> list[dict[str, Any]]:
        """One mapping per file in order of name: ``file``, ``bytes`` and ``sha256`` (hex, of the file as it lies)."""
        listed = self._files.list()
        hashing = tasks(SourceFiles.sha256, [f.path for f in listed], "sha256", shared=self._files)
        hashes = compute(hashing, self._cluster)
        return [{"file": f.name, "bytes": f.size, "sha256": one} for f, one in zip(listed, hashes, strict=True)]

    def save(self, _data: Never) -> NoReturn:
        """Deliveries are not written."""
        raise DatasetError(f"{self._files.path}: input files are read, never written")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._files.path, "cluster": self._cluster}
