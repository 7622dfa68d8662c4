"""Datasets for ``kedro run --env dask``: the workers of a Dask cluster read and write the tables."""
