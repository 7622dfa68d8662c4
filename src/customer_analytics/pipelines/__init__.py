"""One folder a pipeline: plain functions of chunks and frames, wired by the names in the catalog."""
