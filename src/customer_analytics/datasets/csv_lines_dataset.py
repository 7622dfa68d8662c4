"""CSV records made elsewhere, saved as lines."""

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
    """Saves chunks of records as a text file on a local disk; it appears whole or not at all.

    Saving expects chunks with one text column ``record``; each record is written in UTF-8 and ended by a line feed.

    Example catalog entry:

    .. code-block:: yaml

        synthetic_purchases:
          type: customer_analytics.datasets.CSVLinesDataset
          filepath: data/01_raw/purchases.csv
    """

    def __init__(self, *, filepath: str, threads: object = None, metadata: dict[str, Any] | None = None) -> None:
        """Describe the file.

        Args:
            filepath: A local path.
            threads: Chunks made at once while saving; one per processor when not given.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        self._filepath = Path(filepath)
        self._settings = RuntimeSettings.of(threads=threads)
        self.metadata = metadata

    def load(self) -> Never:
        """Refused.

        Raises:
            DatasetError: Always; the file is read as ``raw_purchases``.
        """
        raise DatasetError(f"{self._filepath}: this dataset only writes. Hint: read the file as 'raw_purchases'.")

    def save(self, data: Iterable[pd.DataFrame]) -> None:
        """Write the records of all chunks beside the file, then put them in its place."""
        chunks = replace(data, runtime=self._settings.runtime()) if isinstance(data, LocalChunks) else data
        remove_leftovers(self._filepath)
        with atomic_replace(self._filepath) as beside, beside.open("wb") as lines:
            for chunk in chunks:
                lines.write(_as_lines(chunk))

    def preview(self, nrows: int = 5) -> TablePreview:
        """The first lines, for Kedro-Viz."""
        with self._filepath.open(encoding="utf-8", newline="\n") as lines:
            shown = [[line.removesuffix("\n")] for line in islice(lines, nrows)]
        return {"index": list(range(len(shown))), "columns": ["record"], "data": shown}

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return self._filepath.is_file()


def _as_lines(chunk: pd.DataFrame) -> memoryview:
    """The records end to end, each with its line feed."""
    records = text_array(chunk["record"])
    ended = pc.binary_join_element_wise(records, "\n", "")
    whole = pa.ListArray.from_arrays(pa.array([0, len(records)], pa.int32()), ended)
    return memoryview(pc.binary_join(whole, "")[0].as_buffer())
