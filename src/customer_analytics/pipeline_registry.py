"""The pipelines by name."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

_DEFAULT = ("ingestion", "cleaning", "aggregation", "drift", "history", "reporting")
"""The pipelines of ``kedro run``; the others run only by name."""


def register_pipelines() -> dict[str, Pipeline]:
    """Return the pipeline of every folder of ``pipelines/``, and ``__default__``."""
    pipelines = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum((pipelines[name] for name in _DEFAULT if name in pipelines), Pipeline([]))
    return pipelines
