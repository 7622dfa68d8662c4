"""Kedro's Parquet dataset, loaded in little memory."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro_datasets.pandas import ParquetDataset


class LeanParquetDataset(ParquetDataset):  # type: ignore[misc]  # kedro_datasets ships no types
    """A :class:`~kedro_datasets.pandas.ParquetDataset` whose load gives each column's memory back as it goes.

    pandas holds a table twice while it reads it; here it is held about once. ``load_args`` are not used.

    Example catalog entry:

    .. code-block:: yaml

        purchase_profile:
          type: customer_analytics.datasets.LeanParquetDataset
          filepath: data/05_model_input/purchase_profile.parquet
    """

    def load(self) -> pd.DataFrame:
        """The table; pandas' dtypes as they were saved."""
        with self._fs.open(str(self._get_load_path()), "rb") as file:
            table = pq.read_table(file, use_threads=False)
        frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        del table
        pa.default_memory_pool().release_unused()
        return frame
