"""The project's own metadata of catalog entries: ``metadata: {customer_analytics: {…}}``.

``role``: ``input``, ``ledger``, ``verdict`` or ``report``; commands and hooks find the dataset by its role.
``console``: output on the console after a save: ``summary`` of a table, all ``lines`` of its explanation, or only the
``first_line``. Without ``console``, the summary of a table is written to the log file only.
``counts_rows_of``: the text dataset whose number of rows is this dataset's ``rows_in``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kedro.io import CatalogProtocol

Metadata = Mapping[str, str]


def metadata_by_name(catalog: CatalogProtocol[Any, Any], names: Iterable[str]) -> dict[str, Metadata]:
    """Return the project's metadata of each dataset; empty if it has none."""
    metadata = {name: getattr(catalog.get(name), "metadata", None) or {} for name in names}
    return {name: dataset_metadata.get("customer_analytics", {}) for name, dataset_metadata in metadata.items()}


def name_with_role(metadata: Mapping[str, Metadata], role: str) -> str | None:
    """Return the name of the dataset with a role; ``None`` if no dataset has it."""
    return next((name for name, dataset_metadata in metadata.items() if dataset_metadata.get("role") == role), None)
