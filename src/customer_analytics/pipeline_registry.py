"""The registry from which Kedro gets the pipelines of the project."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

_DEFAULT = ("ingestion", "cleaning", "aggregation", "drift", "history", "reporting")
"""Names of the pipelines that ``kedro run`` runs without options; the others run only if they are named."""


def register_pipelines() -> dict[str, Pipeline]:
    """Return all pipelines by name: one per folder in ``pipelines/``, and ``__default__`` for plain ``kedro run``."""
    pipelines = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum((pipelines[name] for name in _DEFAULT if name in pipelines), Pipeline([]))
    return pipelines
