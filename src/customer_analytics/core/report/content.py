"""Content of the summary report: plain values that the template renders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MAX_TABLE_ROWS = 12
"""Rows of a long table that the page shows unfolded."""

TableRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of formatted texts.

    Args:
        caption: Title of the table.
        header: Column titles.
        rows: One tuple of texts per row.
        text_columns: Number of leading columns that hold text; the others hold numbers and are right-aligned.
        note: Explanation below the table.
    """

    caption: str
    header: TableRow
    rows: tuple[TableRow, ...]
    text_columns: int = 1
    note: str = ""

    def fold(self) -> tuple["Table", "Table | None"]:
        """Return the first :data:`MAX_TABLE_ROWS` rows, and the whole table or ``None`` if it has no more rows."""
        if len(self.rows) <= MAX_TABLE_ROWS:
            return self, None
        return replace(self, rows=self.rows[:MAX_TABLE_ROWS]), self


@dataclass(frozen=True, slots=True)
class Block:
    """A chart with its tables.

    Args:
        heading: Title of the block.
        chart: Name of the chart in the catalog; empty for none.
        table: The table beside the chart.
        full_table: A long table that the reader unfolds, such as all rows of ``table``.
        second_table: A further table below the first.
        paragraphs: Text below the table.
        placeholder: Text that is shown if the chart cannot be drawn.
    """

    heading: str
    chart: str = ""
    table: Table | None = None
    full_table: Table | None = None
    second_table: Table | None = None
    paragraphs: tuple[str, ...] = ()
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A drift alarm: its outcome, its explanation, and its effect beside the thresholds."""

    outcome: str
    explanation: str
    measurement: str


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """The result of one comparison of deliveries.

    Args:
        heading: Title of the comparison.
        outcome: ``ok``, ``warn``, ``fail`` or ``insufficient_data``.
        baseline: A sentence that names the baseline.
        alarms: The changes that warn or fail.
        notes: Limits of the comparison.
        small_changes: Explanations of changes that are real but below the thresholds.
    """

    heading: str
    outcome: str
    baseline: str
    alarms: tuple[Alarm, ...] = ()
    notes: tuple[str, ...] = ()
    small_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A question with its answer at the top of the page; ``tone`` is the CSS class that colours the answer."""

    question: str
    answer: str
    explanation: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page; ``anchor`` is its id in the HTML."""

    anchor: str
    title: str
    lead: str
    blocks: tuple[Block, ...] = ()
    comparisons: tuple[ComparisonResult, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole summary report."""

    title: str
    run: str
    headline: str
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()

    @property
    def charts(self) -> Sequence[str]:
        """Names of the charts on the page, in order."""
        return [block.chart for section in self.sections for block in section.blocks if block.chart]
