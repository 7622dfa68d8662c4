"""Metrics of a run against those of earlier runs: a robust rule, and differences in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from customer_analytics.core.drift.checks.findings import Outcome
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.statistics.robust import robust_spread
from customer_analytics.core.history.metrics import figure_of, name_of


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A metric of a run against its history.

    Args:
        metric: Its key.
        current: This run's figure.
        usual: Median of the earlier runs; ``None`` without enough of them.
        score: Robust z-score; likewise.
        outcome: ``ok``, ``warn`` for an anomaly, or ``insufficient_data``.
        words: What it says.
    """

    metric: str
    current: float
    usual: float | None
    score: float | None
    outcome: Outcome
    words: str


def anomaly(
    metric: str, current: float, earlier: Sequence[float], settings: DriftSettings, decimals: int = 0
) -> Anomaly:
    """Whether a metric is unlike its history, which must not contain the current run.

    A z-score with mean and deviation of all runs cannot pass (n - 1) / sqrt(n); median and MAD of the others can.

    Args:
        metric: Its key.
        current: This run's figure, finite.
        earlier: The figures of earlier runs, in any order.
        settings: ``history_min``, ``history_limit`` and ``history_floor``.
        decimals: Digits of the minor unit, for the words.
    """
    if len(earlier) < settings.history_min:
        words = f"{name_of(metric)}: {len(earlier)} earlier runs of the {settings.history_min} needed."
        return Anomaly(metric, current, None, None, Outcome.INSUFFICIENT, words)
    usual = float(np.median(np.asarray(earlier, np.float64)))
    spread = max(robust_spread(earlier, 0.0) * _few_runs(len(earlier)), settings.history_floor * abs(usual))
    gap = current - usual
    score = gap / spread if spread > 0 else 0.0 if gap == 0 else float(np.copysign(1e308, gap))
    outcome = Outcome.WARN if abs(score) >= settings.history_limit else Outcome.OK
    now, before = (figure_of(metric, figure, decimals) for figure in (current, usual))
    return Anomaly(metric, current, usual, score, outcome, f"{name_of(metric)} at {now}, usually {before}.")


def anomalies(
    current: Mapping[str, float], earlier: Sequence[Mapping[str, float]], settings: DriftSettings, decimals: int = 0
) -> tuple[Anomaly, ...]:
    """:func:`anomaly` of every metric of a run; an earlier run without a metric does not count for it."""
    return tuple(
        anomaly(metric, figure, [run[metric] for run in earlier if metric in run], settings, decimals)
        for metric, figure in current.items()
    )


def differences(previous: Mapping[str, float], current: Mapping[str, float], decimals: int = 0) -> tuple[str, ...]:
    """What changed since the previous run, one sentence per metric that did; metrics of one run only are named.

    Args:
        previous: Metrics of the run before, by key.
        current: Those of this run.
        decimals: Digits of the minor unit.
    """
    said = []
    for metric in dict.fromkeys((*previous, *current)):
        name, figure = name_of(metric), partial(figure_of, metric, decimals=decimals)
        if metric not in current:
            said.append(f"{name}: {figure(previous[metric])} before, none now.")
        elif metric not in previous:
            said.append(f"{name}: none before, {figure(current[metric])} now.")
        elif previous[metric] != current[metric]:
            said.append(f"{name} {_moved(previous[metric], current[metric], figure)}.")
    return tuple(said)


def _few_runs(runs: int) -> float:
    """What the MAD of few runs is widened by, so that one normal metric in 1,000 passes a score of 5 (simulated).

    Unwidened it would be one in 15 at 5 runs, one in 60 at 8, one in 700 at 20.
    """
    return 1 + 9 / max(runs - 4, 1) ** 1.5


def _moved(before: float, now: float, figure: Callable[..., str]) -> str:
    relative = f", {(now - before) / abs(before):+,.1%}" if before else ""
    return f"went from {figure(before)} to {figure(now)} ({figure(now - before, sign='+')}{relative})"
