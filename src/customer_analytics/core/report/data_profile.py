"""Write ``profile_report``: an HTML page with exact statistics of all rows, and a profiler's report about a sample."""

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

MAX_NAME_CHARS = 60
"""Maximum length of a category's name; longer names are cut, as the profiler writes every name into its charts."""

_NANOSECOND_RANGE = (pd.Timestamp.min, pd.Timestamp.max)
_MAX_FIXED, _MIN_FIXED = 1e15, 0.01
_NO_VALUE = "-"
_NULLS = "nulls, %"
_EXTERNAL_LINK = re.compile(r"<a\s[^>]*href=[\"']?https?://[^>]*>(.*?)</a>", re.DOTALL)
_POLICY = (
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src data:; font-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
)
_BARE_HEAD = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width>"


@dataclass(frozen=True, slots=True)
class SampleProfile:
    """The result of profiling a sample.

    Args:
        page: The profiler's page as HTML; ``None`` if profiling failed.
        reason: Why profiling failed; empty if it succeeded.
    """

    page: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ComparedStatistic:
    """A statistic of all rows (``exact``) and of the sample (``sampled``); ``None`` means it cannot be computed."""

    name: str
    exact: float | None
    sampled: float | None

    @property
    def formatted(self) -> tuple[str, str, str]:
        """Three texts: the exact value, the sample's value, and the difference in percent of the exact value."""
        difference = self.sampled / self.exact - 1 if self.exact and self.sampled is not None else None
        return (
            _format_number(self.exact),
            _format_number(self.sampled),
            _NO_VALUE if difference is None else f"{round(difference, 4) + 0:+.2%}",  # + 0 turns -0.0 into 0.0
        )


def prepare_for_profiler(sampled_purchases: pd.DataFrame) -> pa.Table:
    """Convert the sample to the Arrow table that the profiler gets.

    Category names longer than :data:`MAX_NAME_CHARS` are cut and numbered. Timestamps become nanoseconds, because the
    profiler labels axes correctly only for this unit. A column with dates before 1677 or after 2262 keeps its unit.
    """
    categories = {
        str(name): _shorten_names(column)
        for name, column in sampled_purchases.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
    }
    nanosecond_times = {
        str(name): column.astype("datetime64[ns]")
        for name, column in sampled_purchases.items()
        if column.dtype.kind == "M" and column.between(*_NANOSECOND_RANGE).all()
    }
    return pa.Table.from_pandas(sampled_purchases.assign(**categories, **nanosecond_times), preserve_index=False)


def compare_statistics(
    numeric_summary: pd.DataFrame, sampled_purchases: pd.DataFrame
) -> dict[str, list[ComparedStatistic]]:
    """Compare the exact statistics of all rows with those of the sample.

    Args:
        numeric_summary: The exact statistics, one row per column.
        sampled_purchases: The sample; it can have no rows.

    Returns:
        Column → pairs (exact, sample): percentage of nulls, mean, standard deviation, minimum, maximum, percentiles.
    """
    statistics = {}
    for column, summary in numeric_summary.set_index("column").astype("float64").iterrows():
        exact = {**summary, _NULLS: 100 * summary["nulls"] / max(summary["nulls"] + summary["count"], 1)}
        statistics[str(column)] = [
            ComparedStatistic(name, _finite_or_none(exact[name]), _finite_or_none(sampled))
            for name, sampled in _describe(sampled_purchases[column]).items()
        ]
    return statistics


def write_profile_page(
    profile: SampleProfile,
    statistics: Mapping[str, list[ComparedStatistic]],
    ledger: Mapping[str, Any],
    sampled_rows: int,
    rules: SampleRules,
) -> str:
    """Write the HTML page: first the exact statistics, then the profiler's page or the reason why there is none.

    Args:
        profile: The result of profiling the sample.
        statistics: The result of :func:`compare_statistics`.
        ledger: Rows and money by fate and by reason.
        sampled_rows: Number of rows of the sample.
        rules: Settings of the sample: its size and its seed.

    Returns:
        The page. Its content security policy forbids all network requests, and links to other sites become plain text.
    """
    from jinja2 import Environment, PackageLoader  # noqa: PLC0415  only writing a page needs it

    templates = Environment(loader=PackageLoader(__package__ or "", "template"), autoescape=True)
    exact_section = templates.get_template("exact_statistics.html").render(
        profile=profile, statistics=statistics, ledger=ledger, sampled_rows=sampled_rows, rules=rules
    )
    if profile.page is None:
        return f"{_BARE_HEAD}{_POLICY}<title>Profile of a sample</title><body>{exact_section}"
    head, rest = _split_after(_EXTERNAL_LINK.sub(r"\1", profile.page), "<head>", "<meta charset=utf-8>")
    navigation, content = _split_after(rest, "</nav>", "<body>")
    return f"{head}{_POLICY}{navigation}{exact_section}{content}"


def _split_after(html: str, *tags: str) -> tuple[str, str]:
    """Split the HTML after a tag, the first of ``tags`` that it contains; if there is none, the first part is empty."""
    tag = next((tag for tag in tags if tag in html), "")
    before, _, after = html.partition(tag) if tag else ("", "", html)
    return before + tag, after


def _describe(column: pd.Series) -> dict[str, float]:
    """Compute the statistics of a column of the sample; a statistic is NaN if there are too few values for it."""
    values = column.dropna().to_numpy(np.float64)
    values_or_nan = values if len(values) else np.array([np.nan])
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            _NULLS: 100 * float(column.isna().mean()) if len(column) else 0.0,
            "mean": float(values_or_nan.mean()),
            "standard_deviation": float(values.std(ddof=1)) if len(values) > 1 else np.nan,
            "min": float(values_or_nan.min()),
            "max": float(values_or_nan.max()),
            **{f"p{percent}": float(np.percentile(values_or_nan, percent)) for percent in PERCENTILES},
        }


def _finite_or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _format_number(value: float | None) -> str:
    if value is None:
        return _NO_VALUE
    is_fixed = value == 0 or _MIN_FIXED <= abs(value) < _MAX_FIXED
    return f"{value:,.2f}" if is_fixed else f"{value:,.4g}"


def _shorten_names(column: pd.Series) -> pd.Categorical:
    """Cut long category names and number them, so that cut names with the same beginning stay distinct."""
    numbers = count(1)
    names = [
        name if len(name) <= MAX_NAME_CHARS else f"{name[:MAX_NAME_CHARS]}… ({next(numbers)})"
        for name in column.cat.categories
    ]
    return categorical(column.cat.codes.to_numpy(), names)
