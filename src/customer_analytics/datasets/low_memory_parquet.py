"""A variant of Kedro's Parquet dataset that needs less memory to save and load."""

from functools import partial
from itertools import chain

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro_datasets.pandas import ParquetDataset

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.datasets.allocator import release_memory
from customer_analytics.datasets.background_writer import write_behind


class LowMemoryParquetDataset(ParquetDataset):  # type: ignore[misc]  # kedro_datasets ships no types
    """A :class:`~kedro_datasets.pandas.ParquetDataset` that saves chunks and loads a frame, both with little memory.

    A save writes each chunk as a row group. A load frees each Arrow column once it is converted to pandas, so that the
    table is not in memory twice. The setting ``load_args`` is ignored.

    Example catalog entry:

    .. code-block:: yaml

        purchase_profile:
          type: customer_analytics.datasets.LowMemoryParquetDataset
          filepath: data/05_model_input/purchase_profile.parquet
    """

    def save(self, data: Chunks) -> None:
        """Write the chunks. There must be at least one, and all chunks must have the same columns and categories."""
        writer_options = {name: setting for name, setting in self._save_args.items() if name != "index"}
        tables = iter(data.map(partial(pa.Table.from_pandas, preserve_index=False, nthreads=1)))
        first = next(tables)
        with (
            self._fs.open(str(self._get_save_path()), "wb") as file,
            pq.ParquetWriter(file, first.schema, **writer_options) as writer,
        ):
            write_behind(chain([first], tables), writer.write_table)

    def load(self) -> pd.DataFrame:
        """Return the whole table as one frame with the dtypes that were saved."""
        with self._fs.open(str(self._get_load_path()), "rb") as file:
            table = pq.read_table(file, use_threads=False)
        frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        del table
        release_memory()
        return frame
