"""Comparison of a run's metrics with those of earlier runs: a robust anomaly rule, and differences as sentences."""

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
    """One metric of a run compared with its history.

    Args:
        metric: Key of the metric.
        current: Value in this run.
        usual: Median of the earlier runs; ``None`` if there are too few.
        score: Robust z-score; ``None`` if there are too few earlier runs.
        outcome: ``ok``, ``warn`` for an anomaly, or ``insufficient_data``.
        message: The comparison as a sentence.
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
    """Judge whether a metric differs from its history, by a z-score from median and MAD.

    With the mean and standard deviation of n runs, a z-score could not exceed (n - 1) / sqrt(n).

    Args:
        metric: Key of the metric.
        current: Value in this run, finite.
        earlier: Values in earlier runs, in any order, without this run.
        settings: ``history_min``, ``history_limit`` and ``history_floor``.
        decimals: Decimal places of the minor unit, for the message.
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
    """Judge every metric of a run against the earlier runs that have it."""
    return tuple(
        judge_metric(metric, value, [run[metric] for run in earlier if metric in run], settings, decimals)
        for metric, value in current.items()
    )


def describe_differences(
    previous: Mapping[str, float], current: Mapping[str, float], decimals: int = 0
) -> tuple[str, ...]:
    """Describe each metric that changed, appeared or disappeared since the previous run, in one sentence.

    Args:
        previous: Metrics of the previous run.
        current: Metrics of this run.
        decimals: Decimal places of the minor unit.
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
    """Return the factor that widens the MAD of few runs; in simulations, a score of 5 flags 0.1 % of normal metrics."""
    return 1 + 9 / max(runs - 4, 1) ** 1.5


def _describe_change(before: float, now: float, text: Callable[..., str]) -> str:
    relative = f", {(now - before) / abs(before):+,.1%}" if before else ""
    return f"went from {text(before)} to {text(now)} ({text(now - before, sign='+')}{relative})"
