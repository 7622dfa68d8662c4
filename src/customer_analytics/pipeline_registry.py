"""The pipelines by name."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

_DEFAULT = ("ingestion", "cleaning", "aggregation", "drift", "history", "reporting")
"""What ``kedro run`` runs; the others run when they are asked for."""


def register_pipelines() -> dict[str, Pipeline]:
    """Every folder of ``pipelines/`` and ``__default__``."""
    found = find_pipelines(raise_errors=True)
    found["__default__"] = sum((found[name] for name in _DEFAULT if name in found), Pipeline([]))
    return found
