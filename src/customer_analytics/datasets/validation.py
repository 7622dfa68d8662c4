"""Validators for streamed tables: the catalog's ``validator:`` for chunks."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.errors import CustomerAnalyticsError
from customer_analytics.core.hiding import hidden


class ContractViolationError(CustomerAnalyticsError):
    """A chunk of a validated table that breaks its schema: a bug of the cleaning, never of the data."""


class CleanTableValidator:
    """Checks every chunk of ``clean_purchases`` against the contract's pandera schema while it is written.

    Args:
        contract: Fields of :class:`~customer_analytics.core.contract.settings.Contract`.
        overrides: Fields that win over them, from ``--params``.
    """

    def __init__(self, contract: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> None:
        self._contract = Contract(**{**contract, **(overrides or {})})

    def validate(self, chunks: Chunks) -> Chunks:
        """The same chunks, each checked when it is made."""
        return chunks.map(self._check)

    def _check(self, frame: Any) -> Any:  # noqa: ANN401  pandera's frames
        from pandera.errors import SchemaError, SchemaErrors  # noqa: PLC0415  pandera takes a second to import

        try:
            checked = self._schema.validate(frame, inplace=True)
        except (SchemaError, SchemaErrors) as error:
            raise ContractViolationError("clean_purchases", "the contract", str(error), "report it as a bug") from error
        vars(checked).pop("pandera", None)  # its accessor, which holds the frame that holds it, until cycles are sought
        return checked

    @cached_property
    def _schema(self) -> Any:  # noqa: ANN401  pandera's schema
        import_pandera()
        from customer_analytics.core.contract.pandera_schema import clean_schema  # noqa: PLC0415  imports pandera

        return clean_schema(self._contract)


def import_pandera() -> None:
    """Import what checks chunks, which takes a third of a second on one core.

    Another thread can do it ahead, but not while Kedro does: one of them would get a module half made. Where pandera
    finds hypothesis, which it needs to make up data and not to check any, it imports that and with it every plugin
    there is: most of a second.
    """
    with hidden("hypothesis"):
        import pandera.strategies.pandas_strategies  # noqa: F401, PLC0415  what looks for hypothesis

        import customer_analytics.core.contract.pandera_schema  # noqa: F401, PLC0415  the rest
