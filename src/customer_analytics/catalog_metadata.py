"""Functions that read the metadata that this project adds to catalog entries: ``metadata: {customer_analytics: {…}}``.

``role``: ``input``, ``ledger``, ``verdict`` or ``report``; commands and hooks find the dataset by its role.
``console``: output on the console after a dataset is saved: ``summary`` (of a table), ``lines`` (all lines of the saved
explanation) or ``first_line``. Without ``console``, the summary of a table is written to the log file only.
``counts_rows_of``: name of a text dataset; ``rows_in`` in the saved dict is the number of rows of that text dataset.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kedro.io import CatalogProtocol

Metadata = Mapping[str, str]


def metadata_by_name(catalog: CatalogProtocol[Any, Any], names: Iterable[str]) -> dict[str, Metadata]:
    """Return a dict: name of a dataset → this project's metadata, which is empty if the catalog entry has none."""
    metadata = {name: getattr(catalog.get(name), "metadata", None) or {} for name in names}
    return {name: dataset_metadata.get("customer_analytics", {}) for name, dataset_metadata in metadata.items()}


def name_with_role(metadata: Mapping[str, Metadata], role: str) -> str | None:
    """Return the name of the dataset that has this role in its metadata; ``None`` if no dataset has it."""
    return next((name for name, dataset_metadata in metadata.items() if dataset_metadata.get("role") == role), None)
