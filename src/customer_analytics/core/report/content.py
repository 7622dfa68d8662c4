"""What a page is made of: plain values that a template lays out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from customer_analytics.core.display import shortened, visible

MOST_TEXT = 80
"""Characters of a name from the data that a table shows."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    Args:
        caption: What it shows.
        head: Names of the columns.
        rows: Cells as they are shown.
        texts: How many columns, from the first, are names; the others are figures.
        note: What to know about it.
    """

    caption: str
    head: Row
    rows: tuple[Row, ...]
    texts: int = 1
    note: str = ""

    def cut(self, most: int) -> tuple["Table", "Table | None"]:
        """The first rows, and the whole where that is more."""
        if len(self.rows) <= most:
            return self, None
        return replace(self, rows=self.rows[:most]), self


@dataclass(frozen=True, slots=True)
class Block:
    """A chart beside its figures.

    Args:
        heading: What it answers.
        chart: Name of the chart in the catalog; empty for none.
        table: The figures beside it.
        also: A further table below those.
        more: Those folded away.
        words: Paragraphs below the figures.
        absent: What is said where the chart cannot be drawn.
    """

    heading: str
    chart: str = ""
    table: Table | None = None
    more: Table | None = None
    also: Table | None = None
    words: tuple[str, ...] = ()
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change that matters: its outcome, what it is, and how large against its thresholds."""

    outcome: str
    words: str
    measured: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A comparison judged: its outcome, against what, and what was found."""

    heading: str
    outcome: str
    words: str
    alarms: tuple[Alarm, ...] = ()
    notes: tuple[str, ...] = ()
    small: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A figure of the first screen: its question, the answer, what it means; ``tone`` colours it."""

    question: str
    answer: str
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page; ``place`` is its anchor."""

    place: str
    title: str
    lead: str
    blocks: tuple[Block, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    title: str
    run: str
    headline: str
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()

    @property
    def charts(self) -> Sequence[str]:
        """Names of the charts on it, in order."""
        return [block.chart for section in self.sections for block in section.blocks if block.chart]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a small frame, each as column → value."""
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def name(text: object) -> str:
    """A name from the data, readable, cut where it is very long, with its length stated."""
    shown = visible(str(text))
    return shown if len(shown) <= MOST_TEXT else f"{shortened(shown, MOST_TEXT)} ({len(shown):,} characters)"
