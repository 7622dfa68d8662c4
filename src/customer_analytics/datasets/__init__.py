"""Kedro datasets of the project; the project reads and writes all data through these datasets."""

from typing import Any

_MODULE_OF = {
    "AtomicDataset": "atomic_dataset",
    "ChartDataset": "optional_dataset",
    "ChunkedArrowDataset": "arrow_dataset",
    "ChunkedCSVDataset": "csv_dataset",
    "ChunkedParquetDataset": "parquet_dataset",
    "DaskCSVDataset": "dask.csv_dataset",
    "DaskInputFilesDataset": "dask.input_files_dataset",
    "DaskParquetDataset": "dask.parquet_dataset",
    "InputFilesDataset": "input_files_dataset",
    "LowMemoryParquetDataset": "low_memory_parquet",
    "OptionalDataset": "optional_dataset",
    "CSVLinesDataset": "csv_lines_dataset",
    "ReportDataset": "html_report",
    "RunUsageDataset": "run_usage",
    "ChunkTrialsDataset": "profiling.chunk_trials",
    "SampleProfileDataset": "profiling.sample_profile",
    "CleanTableValidator": "validation",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  a class of one of the modules
    """Return a dataset class. Its module is imported on first access: a run imports only the classes that it uses."""
    from importlib import import_module  # noqa: PLC0415

    if name not in _MODULE_OF:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
