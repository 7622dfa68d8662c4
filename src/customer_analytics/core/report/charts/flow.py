"""Draw the ledger as a flow of rows (Sankey diagram)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.core.report.charts import style
from customer_analytics.core.report.charts.labels import escape_html

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FATES = {
    "clean": ("clean", style.CLEAN),
    "quarantined": ("quarantined", style.QUARANTINED),
    "duplicates_exact": ("exact duplicates", style.DUPLICATE),
    "duplicates_conflicting": ("conflicting duplicates", style.DUPLICATE),
}
"""Fate in the ledger → its label and its colour."""

_FATES_HEIGHT, _REASON_HEIGHT = 190, 24

_FlowNode = tuple[str, int, str]
"""A node of the flow: its name, its number of rows and its colour."""


def draw_flow(ledger: Mapping[str, Any]) -> "Figure":
    """Draw two flows: all rows of the ledger by fate, and below it the quarantined rows by reason.

    The flows have different scales. A row with several reasons counts once for each reason, so the counts of the
    reasons can sum to more than the number of quarantined rows.
    """
    if not ledger["rows_in"]:
        return style.make_empty_figure("The input has no rows.")
    fates = [(label, ledger[fate], colour) for fate, (label, colour) in FATES.items() if ledger[fate]]
    most_rows_first = sorted(ledger["by_reason"].items(), key=lambda item: -item[1])
    reasons = [(reason, rows, style.QUARANTINED) for reason, rows in most_rows_first]
    reasons_height = _REASON_HEIGHT * len(reasons) + 40 if reasons else 0
    split = reasons_height / (_FATES_HEIGHT + reasons_height)
    flows = [_sankey(("all rows", ledger["rows_in"], style.ACCENT), fates, (split + 0.06 if reasons else 0.0, 1.0), 20)]
    notes = []
    if reasons:
        flows.append(_sankey(("", ledger["quarantined"], style.QUARANTINED), reasons, (0.0, split - 0.06), 12))
        text = f"the {ledger['quarantined']:,} quarantined rows by reason"
        position = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": split - 0.05, "yanchor": "bottom"}
        notes = [{"text": text, "showarrow": False, **position}]
    layout = {
        "title": {"text": "Where every row went"},
        "height": _FATES_HEIGHT + reasons_height + 60,
        "annotations": notes,
        "margin": {"l": 4, "r": 4, "t": 44, "b": 12},
    }
    return style.make_figure(flows, layout)


def _sankey(source: _FlowNode, targets: list[_FlowNode], domain_y: tuple[float, float], pad: int) -> dict[str, Any]:
    names, rows, colours = zip(source, *targets, strict=True)
    labels = [f"{escape_html(name)}  {count:,}" if name else "" for name, count in zip(names, rows, strict=True)]
    return {
        "type": "sankey",
        "arrangement": "fixed",
        "domain": {"x": [0, 1], "y": domain_y},
        "node": {
            "label": labels,
            "color": colours,
            "pad": pad,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        "link": {
            "source": [0] * len(targets),
            "target": list(range(1, len(targets) + 1)),
            "value": list(rows[1:]),
            "color": [style.to_rgba(colour, 0.28) for colour in colours[1:]],
            "hovertemplate": "%{target.label}<extra></extra>",
        },
    }
