"""Metrics of a run against those of earlier runs: a robust rule, and differences in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.core.drift.findings import Outcome
from customer_analytics.core.drift.settings import DriftSettings

MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A metric of a run against its history.

    Args:
        metric: Its name.
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


def robust_spread(earlier: Sequence[float] | npt.NDArray[np.float64], floor: float) -> float:
    """The median absolute deviation as a standard deviation, at least ``floor``."""
    figures = np.asarray(earlier, np.float64)
    return max(MAD_TO_SIGMA * float(np.median(np.abs(figures - np.median(figures)))), floor)


def anomaly(metric: str, current: float, earlier: Sequence[float], settings: DriftSettings) -> Anomaly:
    """Whether a metric is unlike its history, which must not contain the current run.

    A z-score with mean and deviation of all runs cannot pass (n - 1) / sqrt(n); median and MAD of the others can.

    Args:
        metric: Its name.
        current: This run's figure, finite.
        earlier: The figures of earlier runs, in any order.
        settings: ``history_min``, ``history_limit`` and ``history_floor``.
    """
    if len(earlier) < settings.history_min:
        words = f"{metric}: {len(earlier)} earlier runs, {settings.history_min} are needed."
        return Anomaly(metric, current, None, None, Outcome.INSUFFICIENT, words)
    usual = float(np.median(np.asarray(earlier, np.float64)))
    spread = max(robust_spread(earlier, 0.0) * _few_runs(len(earlier)), settings.history_floor * abs(usual))
    gap = current - usual
    score = gap / spread if spread > 0 else 0.0 if gap == 0 else float(np.copysign(1e308, gap))
    odd = abs(score) >= settings.history_limit
    words = f"{metric} is {_figure(current)}, usually {_figure(usual)}: {'anomalous' if odd else 'as usual'}."
    return Anomaly(metric, current, usual, score, Outcome.WARN if odd else Outcome.OK, words)


def anomalies(
    current: Mapping[str, float], earlier: Sequence[Mapping[str, float]], settings: DriftSettings
) -> tuple[Anomaly, ...]:
    """:func:`anomaly` of every metric of a run; an earlier run without a metric does not count for it."""
    return tuple(
        anomaly(metric, figure, [run[metric] for run in earlier if metric in run], settings)
        for metric, figure in current.items()
    )


def differences(previous: Mapping[str, float], current: Mapping[str, float]) -> tuple[str, ...]:
    """What changed since the previous run, one sentence per metric that did; metrics of one run only are named."""
    said = []
    for metric in dict.fromkeys((*previous, *current)):
        if metric not in current:
            said.append(f"{metric} was {_figure(previous[metric])} and is gone.")
        elif metric not in previous:
            said.append(f"{metric} is new: {_figure(current[metric])}.")
        elif previous[metric] != current[metric]:
            said.append(_moved(metric, previous[metric], current[metric]))
    return tuple(said)


def _few_runs(runs: int) -> float:
    """What the MAD of few runs is widened by, so that one normal metric in 1,000 passes a score of 5 (simulated).

    Unwidened it would be one in 15 at 5 runs, one in 60 at 8, one in 700 at 20.
    """
    return 1 + 9 / max(runs - 4, 1) ** 1.5


def _moved(metric: str, before: float, now: float) -> str:
    relative = f", {(now - before) / abs(before):+.1%}" if before else ""
    return f"{metric} went from {_figure(before)} to {_figure(now)} ({_figure(now - before, sign=True)}{relative})."


def _figure(number: float, *, sign: bool = False) -> str:
    form = "+" if sign else ""
    return format(number, f"{form},.0f") if float(number).is_integer() else format(number, f"{form},.4g")
