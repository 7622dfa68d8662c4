"""The contract's columns, each declared by one ``ColumnSpec``.

Table schemas, parsers, reasons and their bits, and the faults in synthetic data are derived from :data:`COLUMN_SPECS`.
A test compares ``docs/data_contract.md`` with these declarations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from types import MappingProxyType

import pyarrow as pa


class Column(StrEnum):
    """The name of a column of the contract; the members are in the order of ``clean_purchases``."""

    CUSTOMER_ID = "customer_id"
    PURCHASE_ID = "purchase_id"
    PRODUCT_CATEGORY = "product_category"
    PURCHASE_AMOUNT = "purchase_amount"
    PURCHASE_DATE = "purchase_date"
    COUNTRY_CODE = "country_code"
    CUSTOMER_AGE = "customer_age"
    PAYMENT_TYPE = "payment_type"


class Fault(StrEnum):
    """A kind of fault: what can be wrong with a record or with one of its fields."""

    STRUCTURE = "structure"
    NULL = "null"
    BAD_TYPE = "bad_type"
    RANGE = "range"
    NEGATIVE = "negative"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"


class Parser(StrEnum):
    """A kind of parser, which turns text into typed values; ``core.parsing.purchases`` has a function for each kind."""

    INTEGER = auto()
    IDENTIFIER = auto()
    LABEL = auto()
    AMOUNT = auto()
    TIMESTAMP = auto()
    COUNTRY = auto()


class Nulls(StrEnum):
    """Whether a null in the column is a fault. ``critical_columns`` can change this, except for ``ALWAYS_CRITICAL``."""

    ALWAYS_CRITICAL = auto()
    CRITICAL_BY_DEFAULT = auto()
    ALLOWED_BY_DEFAULT = auto()


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """The declaration of one column of the contract: its type, its parser, its faults and its range.

    Args:
        name: Name of the column.
        value_type: Arrow type of its values.
        parser: Kind of its parser.
        nulls: Whether a null is a fault.
        faults: The faults that a field of the column can have, except ``null``; its reasons have the same order.
        low: Lowest valid value: a number, or the name of a :class:`Contract` setting that sets it; ``None``: no bound.
        high: Highest valid value, in the same form as ``low``.
        few_values: Whether the column has few distinct texts; each distinct text is then parsed only once.
    """

    name: Column
    value_type: pa.DataType
    parser: Parser
    nulls: Nulls
    faults: tuple[Fault, ...] = ()
    low: int | str | None = None
    high: int | str | None = None
    few_values: bool = False

    @property
    def arrow_type(self) -> pa.DataType:
        """Arrow type of the column in typed and clean tables; text with few distinct values is dictionary-encoded."""
        return FEW_TEXTS if self.few_values and pa.types.is_string(self.value_type) else self.value_type

    @property
    def reasons(self) -> tuple[str, ...]:
        """The public names of the faults that the column can have; the name of the fault ``null`` comes first."""
        return tuple(reason(fault, self.name) for fault in (Fault.NULL, *self.faults))


FEW_TEXTS = pa.dictionary(pa.int32(), pa.string())
"""Arrow type of text columns with few distinct values."""

COLUMN_SPECS: tuple[ColumnSpec, ...] = (
    ColumnSpec(
        Column.CUSTOMER_ID, pa.int64(), Parser.INTEGER, Nulls.ALWAYS_CRITICAL, (Fault.BAD_TYPE, Fault.RANGE), low=1
    ),
    ColumnSpec(Column.PURCHASE_ID, pa.string(), Parser.IDENTIFIER, Nulls.ALWAYS_CRITICAL),
    ColumnSpec(Column.PRODUCT_CATEGORY, pa.string(), Parser.LABEL, Nulls.CRITICAL_BY_DEFAULT, few_values=True),
    ColumnSpec(
        Column.PURCHASE_AMOUNT,
        pa.float64(),
        Parser.AMOUNT,
        Nulls.ALWAYS_CRITICAL,
        (Fault.BAD_TYPE, Fault.NEGATIVE, Fault.RANGE),
        low=0,
        high="amount_max",
    ),
    ColumnSpec(Column.PURCHASE_DATE, pa.timestamp("us"), Parser.TIMESTAMP, Nulls.ALWAYS_CRITICAL, (Fault.MALFORMED,)),
    ColumnSpec(
        Column.COUNTRY_CODE, pa.string(), Parser.COUNTRY, Nulls.CRITICAL_BY_DEFAULT, (Fault.UNKNOWN,), few_values=True
    ),
    ColumnSpec(
        Column.CUSTOMER_AGE,
        pa.int16(),
        Parser.INTEGER,
        Nulls.ALLOWED_BY_DEFAULT,
        (Fault.BAD_TYPE, Fault.RANGE),
        low="age_min",
        high="age_max",
        few_values=True,
    ),
    ColumnSpec(Column.PAYMENT_TYPE, pa.string(), Parser.LABEL, Nulls.ALLOWED_BY_DEFAULT, few_values=True),
)
"""Every column of the contract, in the order of the clean table."""

SPEC_OF: Mapping[str, ColumnSpec] = MappingProxyType({spec.name: spec for spec in COLUMN_SPECS})

COLUMNS: tuple[str, ...] = tuple(spec.name for spec in COLUMN_SPECS)

FEW_VALUED_COLUMNS = frozenset(spec.name for spec in COLUMN_SPECS if spec.few_values)
"""Columns whose text has few distinct values; they are categorical in chunks of ``raw_purchases``."""

ALWAYS_CRITICAL = frozenset(spec.name for spec in COLUMN_SPECS if spec.nulls is Nulls.ALWAYS_CRITICAL)
"""Columns where a null is always a fault: without a value a purchase cannot be counted."""

CRITICAL_BY_DEFAULT: tuple[str, ...] = tuple(
    spec.name for spec in COLUMN_SPECS if spec.nulls is not Nulls.ALLOWED_BY_DEFAULT
)
"""Columns where a null is a fault if ``contract.critical_columns`` is not set."""


def reason(fault: Fault, column: str) -> str:
    """Return the public name of a fault, e.g. ``negative:purchase_amount``."""
    return f"{fault}:{column}"


REASONS: tuple[str, ...] = (Fault.STRUCTURE.value, *(name for spec in COLUMN_SPECS for name in spec.reasons))
"""Every reason; the index of a reason is the position of its bit in the column ``faults`` of ``typed_purchases``."""

BITS: Mapping[str, int] = MappingProxyType({name: 1 << index for index, name in enumerate(REASONS)})
"""For each reason the bit mask (uint32) in which only the bit of this reason is set."""


def reasons_of(faults: int) -> tuple[str, ...]:
    """Return the reasons whose bits are set in the mask ``faults``, in the contract's order; empty for the mask 0."""
    return tuple(name for name, bit in BITS.items() if faults & bit)
