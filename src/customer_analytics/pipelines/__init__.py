"""The Kedro pipelines, one folder each. Their nodes are plain functions, connected by names of catalog datasets."""
