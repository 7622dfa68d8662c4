"""Compares the metrics of a run with those of earlier runs: finds anomalies, and describes differences in sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from customer_analytics.core.drift.checks.findings import Outcome
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.statistics.robust import robust_spread
from customer_analytics.core.history.metrics import format_metric, metric_name


@dataclass(frozen=True, slots=True)
class MetricFinding:
    """The result of comparing one metric of a run with its values in earlier runs.

    Args:
        metric: Key of the metric, such as ``rows clean``.
        current: Value in this run.
        usual: Median of the values in earlier runs; ``None`` if there are too few earlier runs.
        score: Robust z-score of ``current``; ``None`` if there are too few earlier runs.
        outcome: ``warn`` for an anomaly, ``insufficient_data`` for too few earlier runs, else ``ok``.
        message: Sentence that describes the comparison.
    """

    metric: str
    current: float
    usual: float | None
    score: float | None
    outcome: Outcome
    message: str


def judge_metric(
    metric: str, current: float, earlier: Sequence[float], settings: DriftSettings, decimals: int = 0
) -> MetricFinding:
    """Judge a metric: it is an anomaly if the absolute value of its robust z-score is at least ``history_limit``.

    The score uses the median and the median absolute deviation (MAD); an outlier in earlier runs hardly changes them.

    Args:
        metric: Key of the metric.
        current: Value in this run, finite.
        earlier: Values in earlier runs, in any order, without this run.
        settings: ``history_min`` runs are needed; the score's divisor is at least ``history_floor`` times the median.
        decimals: Decimal places of money in the message: 2 if the minor unit is a cent.
    """
    name = metric_name(metric)
    if len(earlier) < settings.history_min:
        message = f"{name}: {len(earlier)} earlier runs of the {settings.history_min} needed."
        return MetricFinding(metric, current, None, None, Outcome.INSUFFICIENT, message)
    usual = float(np.median(np.asarray(earlier, np.float64)))
    spread = max(robust_spread(earlier, 0.0) * _few_runs_factor(len(earlier)), settings.history_floor * abs(usual))
    difference = current - usual
    score = difference / spread if spread > 0 else 0.0 if difference == 0 else float(np.copysign(1e308, difference))
    outcome = Outcome.WARN if abs(score) >= settings.history_limit else Outcome.OK
    current_text, usual_text = (format_metric(metric, value, decimals) for value in (current, usual))
    return MetricFinding(metric, current, usual, score, outcome, f"{name} at {current_text}, usually {usual_text}.")


def judge_metrics(
    current: Mapping[str, float], earlier: Sequence[Mapping[str, float]], settings: DriftSettings, decimals: int = 0
) -> tuple[MetricFinding, ...]:
    """Judge each metric of a run with :func:`judge_metric`; ignore the earlier runs that do not have the metric."""
    return tuple(
        judge_metric(metric, value, [run[metric] for run in earlier if metric in run], settings, decimals)
        for metric, value in current.items()
    )


def describe_differences(
    previous: Mapping[str, float], current: Mapping[str, float], decimals: int = 0
) -> tuple[str, ...]:
    """Return one sentence for each metric that changed, appeared or disappeared since the previous run.

    ``decimals`` is the number of decimal places of money: 2 if the minor unit is a cent.
    """
    sentences = []
    for metric in dict.fromkeys((*previous, *current)):
        name, text = metric_name(metric), partial(format_metric, metric, decimals=decimals)
        if metric not in current:
            sentences.append(f"{name}: {text(previous[metric])} before, none now.")
        elif metric not in previous:
            sentences.append(f"{name}: none before, {text(current[metric])} now.")
        elif previous[metric] != current[metric]:
            sentences.append(f"{name} {_describe_change(previous[metric], current[metric], text)}.")
    return tuple(sentences)


def _few_runs_factor(runs: int) -> float:
    """Return a factor above 1 that enlarges the MAD, because the MAD of few runs is often too small by chance."""
    return 1 + 9 / max(runs - 4, 1) ** 1.5  # 0.1 % of simulated unchanged metrics then score 5 or more


def _describe_change(before: float, now: float, text: Callable[..., str]) -> str:
    relative = f", {(now - before) / abs(before):+,.1%}" if before else ""
    return f"went from {text(before)} to {text(now)} ({text(now - before, sign='+')}{relative})"
