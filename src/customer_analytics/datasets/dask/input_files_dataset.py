"""A dataset that lists the input files of a run with their sizes and hashes; the workers of a cluster hash them."""

from collections.abc import Mapping
from typing import Any, Never, NoReturn

from kedro.io import AbstractDataset, DatasetError

from customer_analytics.datasets.dask.cluster import ClusterSettings
from customer_analytics.datasets.dask.tasks import compute, delayed_tasks
from customer_analytics.datasets.input_files_dataset import InputFile
from customer_analytics.datasets.source_files import SourceFiles, storage_options


class DaskInputFilesDataset(AbstractDataset[Never, list[InputFile]]):
    """A read-only dataset that loads a list of the input files with sizes and hashes; each worker hashes some files.

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
        """Create the dataset; the arguments mean the same as in ``DaskCSVDataset``."""
        self.metadata = metadata
        self._cluster = ClusterSettings.of(cluster)
        self._files = SourceFiles(str(filepath), storage_options(fs_args, credentials))

    def load(self) -> list[InputFile]:
        """Return one dict per file, in order of the names: ``file`` (the name), ``bytes`` (the size), ``sha256``."""
        files = self._files.list()
        hash_tasks = delayed_tasks(SourceFiles.sha256, [file.path for file in files], "sha256", shared=self._files)
        hashes = compute(hash_tasks, self._cluster)
        return [
            {"file": file.name, "bytes": file.size, "sha256": sha256}
            for file, sha256 in zip(files, hashes, strict=True)
        ]

    def save(self, _data: Never) -> NoReturn:
        """Raise DatasetError: the dataset is read-only."""
        raise DatasetError(f"{self._files.path}: expected to be read only; found a node that saves it")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._files.path, "cluster": self._cluster}
