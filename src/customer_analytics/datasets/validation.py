"""A validator of a table in chunks; a catalog entry selects the validator with ``validator:``."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.errors import CustomerAnalyticsError


class ContractViolationError(CustomerAnalyticsError):
    """The error for a chunk that does not match the schema of its table: a bug in the project, not a bad row."""


class CleanTableValidator:
    """A validator that checks each chunk of ``clean_purchases`` against the contract's pandera schema before a save.

    Args:
        contract: Fields of :class:`~customer_analytics.core.contract.settings.Contract`.
        overrides: Fields that override those in ``contract``, for example from ``--params``; ``None`` overrides none.
    """

    def __init__(self, contract: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> None:
        self._contract = Contract(**{**contract, **(overrides or {})})

    def validate(self, chunks: Chunks) -> Chunks:
        """Return the same chunks with a check: computing an invalid chunk raises ContractViolationError."""
        return chunks.map(self._check)

    def _check(self, frame: Any) -> Any:  # noqa: ANN401  pandera's frames
        from pandera.errors import SchemaError, SchemaErrors  # noqa: PLC0415  pandera takes a second to import

        try:
            checked = self._schema.validate(frame, inplace=True)
        except (SchemaError, SchemaErrors) as error:
            raise ContractViolationError("clean_purchases", "the contract", str(error), "report it as a bug") from error
        vars(checked).pop("pandera", None)  # breaks a reference cycle: pandera's accessor refers to the frame
        return checked

    @cached_property
    def _schema(self) -> Any:  # noqa: ANN401  pandera's schema
        from customer_analytics.core.contract.pandera_schema import clean_schema  # noqa: PLC0415  imports pandera

        return clean_schema(self._contract)
