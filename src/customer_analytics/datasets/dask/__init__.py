"""Datasets for ``--env dask``: the workers of a cluster read and write the tables."""
