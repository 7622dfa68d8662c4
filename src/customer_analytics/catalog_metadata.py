"""Functions that read this project's metadata of catalog entries: ``metadata: {customer_analytics: {…}}``.

- ``role``: ``input``, ``ledger``, ``verdict`` or ``report``; commands and hooks find the dataset by its role.
- ``console``: output on the console after a save: ``summary`` (of a table), ``lines`` (all lines in ``in_words`` of a
  dict) or ``first_line``. Without this key, the summary of a table is written to the log file only.
- ``counts_rows_of``: the name of a text dataset, for a dataset that saves a dict. The value of ``rows_in`` in that dict
  is the row count of the text dataset.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kedro.io import CatalogProtocol

Metadata = Mapping[str, str]


def metadata_by_name(catalog: CatalogProtocol[Any, Any], names: Iterable[str]) -> dict[str, Metadata]:
    """Return this project's metadata of each dataset, by name; for a dataset without metadata, an empty mapping."""
    metadata = {name: getattr(catalog.get(name), "metadata", None) or {} for name in names}
    return {name: dataset_metadata.get("customer_analytics", {}) for name, dataset_metadata in metadata.items()}


def name_with_role(metadata: Mapping[str, Metadata], role: str) -> str | None:
    """Return the name of the dataset that has this role in its metadata; ``None`` if no dataset has the role."""
    return next((name for name, dataset_metadata in metadata.items() if dataset_metadata.get("role") == role), None)
