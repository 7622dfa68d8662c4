"""The ledger as a flow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.core.report.charts.style import (
    ACCENT,
    CLEAN,
    DUPLICATE,
    QUARANTINED,
    escaped,
    figure,
    nothing_drawn,
    rgba,
)

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FATES = {
    "clean": ("clean", CLEAN),
    "quarantined": ("quarantined", QUARANTINED),
    "duplicates_exact": ("exact copies", DUPLICATE),
    "duplicates_conflicting": ("conflicting copies", DUPLICATE),
}
_TOP, _ROW = 190, 24


def draw_flow(ledger: Mapping[str, Any]) -> "Figure":
    """Rows in by fate; below it, at a scale of its own, the quarantined rows by reason.

    A row with several reasons is in each, so the reasons can sum to more than the rows.

    Args:
        ledger: The public ledger.
    """
    if not ledger["rows_in"]:
        return nothing_drawn("No row came in.")
    fates = [(name, ledger[key], colour) for key, (name, colour) in _FATES.items() if ledger[key]]
    reasons = [(name, rows, QUARANTINED) for name, rows in sorted(ledger["by_reason"].items(), key=_most)]
    below = _ROW * len(reasons) + 40 if reasons else 0
    split = below / (_TOP + below)
    flows = [_sankey(("came in", ledger["rows_in"], ACCENT), fates, (split and split + 0.06, 1.0), 20)]
    notes = []
    if reasons:
        flows.append(_sankey(("", ledger["quarantined"], QUARANTINED), reasons, (0.0, split - 0.06), 12))
        notes = [_note(f"the {ledger['quarantined']:,} quarantined, by reason", split - 0.05)]
    layout = {
        "title": {"text": "Where every row went"},
        "height": _TOP + below + 60,
        "annotations": notes,
        "margin": {"l": 4, "r": 4, "t": 44, "b": 12},
    }
    return figure(flows, layout)


def _most(named: tuple[str, int]) -> int:
    return -named[1]


def _note(text: str, height: float) -> dict[str, Any]:
    at = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": height, "yanchor": "bottom"}
    return {"text": text, "showarrow": False, **at}


def _sankey(
    source: tuple[str, int, str], ends: list[tuple[str, int, str]], heights: tuple[float, float], pad: int
) -> dict[str, Any]:
    names, rows, colours = zip(source, *ends, strict=True)
    shown = [f"{escaped(name)}  {count:,}" if name else "" for name, count in zip(names, rows, strict=True)]
    return {
        "type": "sankey",
        "arrangement": "fixed",
        "domain": {"x": [0, 1], "y": heights},
        "node": {
            "label": shown,
            "color": colours,
            "pad": pad,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        "link": {
            "source": [0] * len(ends),
            "target": list(range(1, len(ends) + 1)),
            "value": list(rows[1:]),
            "color": [rgba(colour, 0.28) for colour in colours[1:]],
            "hovertemplate": "%{target.label}<extra></extra>",
        },
    }
