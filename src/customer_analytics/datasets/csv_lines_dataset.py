"""A dataset that saves CSV records as lines of a text file."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Never

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.core.arrow.frames import text_array
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers
from customer_analytics.datasets.runtime import RuntimeSettings


class CSVLinesDataset(AbstractDataset[Iterable[pd.DataFrame], Never]):
    """A write-only dataset that saves CSV records to a local text file.

    A save takes chunks with one text column, ``record``, and writes each record in UTF-8, followed by a line feed. It
    replaces the file only when the new file is complete.

    Example catalog entry:

    .. code-block:: yaml

        synthetic_purchases:
          type: customer_analytics.datasets.CSVLinesDataset
          filepath: data/01_raw/purchases.csv
    """

    def __init__(self, *, filepath: str, threads: object = None, metadata: dict[str, Any] | None = None) -> None:
        """Create the dataset.

        Args:
            filepath: A local path.
            threads: Number of chunks computed at the same time; default: the number of cores.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        self._filepath = Path(filepath)
        self._settings = RuntimeSettings.of(threads=threads)
        self.metadata = metadata

    def load(self) -> Never:
        """Raise DatasetError: the dataset is write-only; another dataset, ``raw_purchases``, reads the file."""
        hint = "load 'raw_purchases' instead"
        raise DatasetError(f"{self._filepath}: expected to be saved only; found a node that loads it. Hint: {hint}")

    def save(self, data: Iterable[pd.DataFrame]) -> None:
        """Write the records of all chunks to a temporary file, and replace the dataset's file with it."""
        chunks = replace(data, runtime=self._settings.runtime()) if isinstance(data, LocalChunks) else data
        remove_leftovers(self._filepath)
        with atomic_replace(self._filepath) as temporary, temporary.open("wb") as lines:
            for chunk in chunks:
                lines.write(_as_lines(chunk))

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first ``nrows`` lines of the file, for Kedro-Viz."""
        with self._filepath.open(encoding="utf-8", newline="\n") as lines:
            shown = [[line.removesuffix("\n")] for line in islice(lines, nrows)]
        return {"index": list(range(len(shown))), "columns": ["record"], "data": shown}

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return self._filepath.is_file()


def _as_lines(chunk: pd.DataFrame) -> memoryview:
    """Return the records of a chunk as UTF-8 bytes, each record followed by a line feed."""
    records = text_array(chunk["record"])
    lines = pc.binary_join_element_wise(records, "\n", "")
    one_list = pa.ListArray.from_arrays(pa.array([0, len(records)], pa.int32()), lines)
    return memoryview(pc.binary_join(one_list, "")[0].as_buffer())
