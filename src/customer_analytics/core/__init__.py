"""Pure functions and values: what the project computes, free of Kedro, Dask, files and configuration."""
