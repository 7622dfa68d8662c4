"""Kedro datasets: where the project touches the world."""

from typing import Any

_HOMES = {
    "AtomicDataset": "atomic_dataset",
    "ChartDataset": "optional",
    "ChunkedCSVDataset": "chunked_csv",
    "ChunkedParquetDataset": "chunked_parquet",
    "DaskCSVDataset": "dask_csv",
    "DaskInputFilesDataset": "dask_input_files",
    "DaskParquetDataset": "dask_parquet",
    "InputFilesDataset": "input_files",
    "LeanParquetDataset": "lean_parquet",
    "OptionalDataset": "optional",
    "RecordLinesDataset": "record_lines",
    "ReportDataset": "report",
    "RunUsageDataset": "usage",
    "TrialBenchDataset": "trial_bench",
    "SampleProfileDataset": "sample_profile",
    "CleanChunks": "validation",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  a class of one of the modules
    """Import a dataset's module when the dataset is first asked for: a run pays for what its catalog uses."""
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
