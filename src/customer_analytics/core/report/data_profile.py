"""``profile_report``: what a profiler says of a sample, under the exact figures of all rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.aggregation.numeric_summary import PERCENTILES
from customer_analytics.core.aggregation.sample import SampleRules
from customer_analytics.core.arrow.frames import categorical

_NANOSECONDS = (pd.Timestamp.min, pd.Timestamp.max)
LONGEST_NAME = 60
"""Characters of a category's name that are profiled: a profiler draws every name into its charts."""

_LARGE = 1e15
_UNKNOWN = "-"
_NULLS = "nulls, %"


@dataclass(frozen=True, slots=True)
class SampleProfile:
    """What came of profiling a sample.

    Args:
        page: The profiler's page as HTML; ``None`` when there is none.
        reason: Why there is none.
    """

    page: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of all rows and of a sample of them; ``None`` where there is no value."""

    name: str
    exact: float | None
    sampled: float | None

    @property
    def in_words(self) -> tuple[str, str, str]:
        """The exact one, the sample's, and the difference relative to the exact one."""
        off = self.sampled / self.exact - 1 if self.exact and self.sampled is not None else None
        return _number(self.exact), _number(self.sampled), _UNKNOWN if off is None else f"{round(off, 4) + 0:+.2%}"


def as_profiled(sampled_purchases: pd.DataFrame) -> pa.Table:
    """The sample as it is profiled.

    Names of categories beyond :data:`LONGEST_NAME` characters are cut and numbered. Times are in nanoseconds where
    those reach (1677 to 2262), because the profiling library labels axes as if all were.
    """
    few = [name for name, column in sampled_purchases.items() if isinstance(column.dtype, pd.CategoricalDtype)]
    short = sampled_purchases.assign(**{str(name): _shortened(sampled_purchases[name]) for name in few})
    times = {str(name): column for name, column in short.items() if column.dtype.kind == "M"}
    fine = {name: time.astype("datetime64[ns]") for name, time in times.items() if time.between(*_NANOSECONDS).all()}
    return pa.Table.from_pandas(short.assign(**fine), preserve_index=False)


def compare_figures(numeric_summary: pd.DataFrame, sampled_purchases: pd.DataFrame) -> dict[str, list[Figure]]:
    """The exact figures beside those of the sample.

    Args:
        numeric_summary: Of all rows.
        sampled_purchases: ``sampled_purchases``, of any number of rows.

    Returns:
        Column → share of nulls in percent, mean, sample standard deviation, extremes and percentiles.
    """
    told = {}
    for column, numbers in numeric_summary.set_index("column").astype("float64").iterrows():
        whole = {**numbers, _NULLS: 100 * numbers["nulls"] / max(numbers["nulls"] + numbers["count"], 1)}
        part = _describe(sampled_purchases[column])
        told[str(column)] = [Figure(name, _known(whole[name]), _known(part[name])) for name in part]
    return told


def write_page(
    profile: SampleProfile,
    figures: Mapping[str, list[Figure]],
    ledger: Mapping[str, Any],
    sampled_rows: int,
    rules: SampleRules,
) -> str:
    """The page: the exact figures first, then the profile, or why there is none.

    Args:
        profile: What came of profiling.
        figures: As :func:`compare_figures` gives them.
        ledger: The public ledger.
        sampled_rows: Rows of the sample.
        rules: How it was drawn.

    Returns:
        One HTML page that loads nothing and leads nowhere else: a policy in it forbids every request.
    """
    from jinja2 import Environment  # noqa: PLC0415  only a report needs it

    section = Environment(autoescape=True).from_string(_SECTION)
    top = section.render(profile=profile, figures=figures, ledger=ledger, sampled_rows=sampled_rows, rules=rules)
    if profile.page is None:
        return f"{_BARE_HEAD}{_POLICY}<title>Profile of a sample</title><body>{top}"
    head, rest = _split_after(_LINK_ELSEWHERE.sub(r"\1", profile.page), "<head>", "<meta charset=utf-8>")
    start, content = _split_after(rest, "</nav>", "<body>")
    return f"{head}{_POLICY}{start}{top}{content}"


def _split_after(page: str, *marks: str) -> tuple[str, str]:
    """The page cut after the first of the marks that it has; all of it is the second part where it has none."""
    mark = next((one for one in marks if one in page), "")
    before, _, after = page.partition(mark) if mark else ("", "", page)
    return before + mark, after


_LINK_ELSEWHERE = re.compile(r"<a\s[^>]*href=[\"']?https?://[^>]*>(.*?)</a>", re.DOTALL)
_POLICY = (
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src data:; font-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
)
_BARE_HEAD = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width>"
_SECTION = """
<style>
  .exact { font-family: system-ui, sans-serif; max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; }
  .exact table { border-collapse: collapse; margin: .5rem 2.5rem 1.5rem 0; vertical-align: top; }
  .exact .figures { display: inline-table; }
  .exact caption { caption-side: top; font-weight: 600; text-align: left; color: inherit; }
  .exact th, .exact td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8885; font-weight: 400; }
  .exact td { text-align: right; font-variant-numeric: tabular-nums; }
  .exact thead th { font-weight: 600; text-align: right; vertical-align: bottom; }
  .exact th:first-child { text-align: left; overflow-wrap: anywhere; }
  @media (max-width: 30rem) { .exact table { margin-right: 0; font-size: .8rem; }
    .exact th, .exact td { padding-right: .4rem; } }
</style>
<section class="exact" aria-label="Exact figures beside those of the sample">
  <h1>A sample, beside the whole</h1>
  <p>A profile of a sample: of {{ "{:,}".format(ledger.clean) }} clean purchases the
  {{ "{:,}".format(sampled_rows) }} whose hash of the purchase_id is lowest (at most {{ "{:,}".format(rules.rows) }},
  seed {{ rules.seed }}). The same purchases give the same sample, in whatever order they came. No purchase_id and no
  customer_id is in it.</p>
  {% if profile.page is none %}
  <p role="alert"><strong>There is no profile of this run:</strong> {{ profile.reason }}</p>
  {% endif %}
  <table><caption>Rows of the run, all of them</caption>
    <tbody>
    {% for name in ("rows_in", "clean", "quarantined", "duplicates_exact", "duplicates_conflicting") %}
      <tr><th scope="row">{{ name.replace("_", " ") }}</th><td>{{ "{:,}".format(ledger[name]) }}</td></tr>
    {% endfor %}
    </tbody></table>
  {% for column, lines in figures.items() %}
  <table class="figures"><caption>{{ column }}</caption>
    <thead><tr><th scope="col"></th><th scope="col">all rows, exact</th><th scope="col">sample</th>
      <th scope="col">difference</th></tr></thead>
    <tbody>
    {% for line in lines %}
      <tr><th scope="row">{{ line.name.replace("_", " ") }}</th>
        {% for cell in line.in_words %}<td>{{ cell }}</td>{% endfor %}</tr>
    {% endfor %}
    </tbody></table>
  {% endfor %}
</section>
"""


def _describe(column: pd.Series) -> dict[str, float]:
    values = column.dropna().to_numpy(np.float64)
    some = values if len(values) else np.array([np.nan])
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            _NULLS: 100 * float(column.isna().mean()) if len(column) else 0.0,
            "mean": float(some.mean()),
            "standard_deviation": float(some.std(ddof=1)) if len(some) > 1 else np.nan,
            "min": float(some.min()),
            "max": float(some.max()),
            **{f"p{percent}": float(np.percentile(some, percent)) for percent in PERCENTILES},
        }


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _number(value: float | None) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:,.4g}" if abs(value) >= _LARGE or 0 < abs(value) < 0.01 else f"{value:,.2f}"  # noqa: PLR2004


def _shortened(column: pd.Series) -> pd.Categorical:
    numbers = count(1)
    short = [
        name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}… ({next(numbers)})"
        for name in column.cat.categories
    ]
    return categorical(column.cat.codes.to_numpy(), short)
