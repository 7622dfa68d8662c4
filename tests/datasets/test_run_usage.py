"""``RunUsageDataset`` and ``LowMemoryParquetDataset``."""

import pandas as pd
import pytest
from kedro.io import DatasetError

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.datasets import LowMemoryParquetDataset, RunUsageDataset
from customer_analytics.datasets.run_usage import start_clock


def test_usage_counts_from_the_start_of_a_run():
    start_clock()

    usage = RunUsageDataset().load()

    assert 0 <= usage["elapsed_s"] < 5
    assert 0 <= usage["cpu_s"] < 5
    assert usage["peak_memory_bytes"] > 10**7


def test_usage_is_read_only():
    dataset = RunUsageDataset()

    assert dataset.exists()
    assert "RunUsageDataset" in repr(dataset)
    with pytest.raises(DatasetError, match="expected to be read only"):
        dataset.save({})


def test_a_low_memory_load_returns_the_saved_frame(tmp_path):
    frame = pd.DataFrame(
        {
            "text": pd.Categorical(["a", None, "b"]),
            "number": pd.array([1, None, 3], "Int64"),
            "timestamp": pd.to_datetime(["2024-01-01", None, "2024-01-03"]).astype("datetime64[us]"),
        }
    )
    dataset = LowMemoryParquetDataset(filepath=str(tmp_path / "frame.parquet"))

    dataset.save(LocalChunks.of([frame.iloc[:1], frame.iloc[1:]]))

    pd.testing.assert_frame_equal(dataset.load(), frame)
