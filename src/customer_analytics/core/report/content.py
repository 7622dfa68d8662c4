"""Dataclasses for the content of the summary report; an HTML template renders them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MAX_TABLE_ROWS = 12
"""Maximum number of rows of a table that the page shows at first; the reader can unfold the whole table."""

TableRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report; its numbers are already formatted as texts.

    Args:
        caption: Title of the table.
        header: Column titles.
        rows: One tuple of texts per row.
        text_columns: Number of text columns, which come first; all later columns have numbers and are right-aligned.
        note: Explanation below the table.
    """

    caption: str
    header: TableRow
    rows: tuple[TableRow, ...]
    text_columns: int = 1
    note: str = ""

    def fold(self) -> tuple["Table", "Table | None"]:
        """Return a pair: a table of the first :data:`MAX_TABLE_ROWS` rows, and the whole table.

        If the table has at most that many rows, the pair is the table itself and ``None``.
        """
        if len(self.rows) <= MAX_TABLE_ROWS:
            return self, None
        return replace(self, rows=self.rows[:MAX_TABLE_ROWS]), self


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a section: a heading, a chart, tables and text; only the heading is required.

    Args:
        heading: Title of the block.
        chart: Name of the chart's dataset in the catalog; empty if there is no chart.
        table: The table beside the chart.
        full_table: A long table, usually all rows of ``table``; it is hidden until the reader opens it.
        second_table: A further table below ``table``.
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
    """A drift alarm: ``outcome`` is ``warn`` or ``fail``; ``measurement`` states the effect and the thresholds."""

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
        alarms: The changes with the outcome ``warn`` or ``fail``.
        notes: Sentences about the limits of the comparison, such as columns with too little data.
        small_changes: Explanations of changes that are too large for chance, but too small for an alarm.
    """

    heading: str
    outcome: str
    baseline: str
    alarms: tuple[Alarm, ...] = ()
    notes: tuple[str, ...] = ()
    small_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A box at the top of the page: a question and its answer. ``tone`` is the CSS class that colours the answer."""

    question: str
    answer: str
    explanation: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: ``anchor`` is its HTML id, ``lead`` is its first paragraph; ``lines`` are list items."""

    anchor: str
    title: str
    lead: str
    blocks: tuple[Block, ...] = ()
    comparisons: tuple[ComparisonResult, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The content of the whole summary report."""

    title: str
    run: str
    headline: str
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()

    @property
    def charts(self) -> Sequence[str]:
        """Names of the charts on the page, from top to bottom."""
        return [block.chart for section in self.sections for block in section.blocks if block.chart]
