"""Datasets for ``--env dask``: the same tables, read and written by the workers of a cluster."""
