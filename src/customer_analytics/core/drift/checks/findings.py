"""One finding: a measure of a column, how large it is, whether it is real, and what it says in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.statistics.significance import benjamini_hochberg


class Outcome(StrEnum):
    """What a finding, a column or a run comes to."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    INSUFFICIENT = "insufficient_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A measured difference.

    Args:
        column: Column of the contract, or ``rows``.
        segment: ``all`` or a country.
        measure: What was measured.
        baseline: The baseline's figure.
        current: The current figure.
        effect: Size of the difference, in the unit of its thresholds; signed where it has a direction.
        low: Lower bound (95 %, one-sided) of the size of the effect.
        high: Upper bound (95 %, one-sided).
        floor: Noise floor: what 19 of 20 comparisons stay below when nothing changed.
        p: p-value; ``None`` for what is only reported.
        warn: Least effect that matters; ``None`` for what is only reported.
        fail: Least effect that fails.
        words: What it says.
        adjusted_p: p-value adjusted over all findings.
        outcome: Set by :func:`judged`.
    """

    column: str
    measure: str
    segment: str = "all"
    baseline: float | None = None
    current: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    floor: float | None = None
    p: float | None = None
    warn: float | None = None
    fail: float | None = None
    words: str = ""
    adjusted_p: float | None = None
    outcome: Outcome = Outcome.OK

    @property
    def gated(self) -> bool:
        """Whether it can alarm."""
        return self.p is not None and self.warn is not None

    @property
    def size(self) -> float:
        """What is held against the thresholds: the effect, or its lower bound where noise makes effects too large.

        That is the case for countries (the largest of many is partly luck; their bounds hold simultaneously) and for
        the Wasserstein distance (a mean of absolute gaps, so noise adds to it).
        """
        lucky = self.segment != "all" or self.measure == "wasserstein"
        return self.low or 0.0 if lucky else abs(self.effect or 0.0)

    def is_real(self, significance: float) -> bool:
        """Whether chance is ruled out: the second key."""
        if self.adjusted_p is None or self.low is None or self.floor is None:
            return False
        return self.adjusted_p <= significance and self.low > self.floor


FRAME_DTYPES = {
    "column": "object",
    "segment": "object",
    "measure": "object",
    "baseline": "Float64",
    "current": "Float64",
    "effect": "Float64",
    "low": "Float64",
    "high": "Float64",
    "noise_floor": "Float64",
    "adjusted_p": "Float64",
    "warn": "Float64",
    "fail": "Float64",
    "real": "bool",
    "outcome": "object",
    "explanation": "object",
}


def judged(findings: Sequence[Finding], settings: DriftSettings) -> tuple[Finding, ...]:
    """The findings with adjusted p-values and outcomes: both keys must turn for an alarm."""
    adjusted = iter(benjamini_hochberg([one.p for one in findings if one.gated and one.p is not None]))
    known = [replace(one, adjusted_p=next(adjusted)) if one.gated else one for one in findings]
    return tuple(replace(one, outcome=_outcome(one, settings), words=_said(one, settings)) for one in known)


def drift_frame(findings: Sequence[Finding], settings: DriftSettings) -> pd.DataFrame:
    """The findings as a tidy table, alarms first; NaN only where a figure does not exist for a measure.

    Returns:
        One row per finding with the columns of ``FRAME_DTYPES``.
    """
    ranked = sorted(findings, key=lambda one: (_RANK[one.outcome], one.segment != "all"))
    rows = [
        (
            *(one.column, one.segment, one.measure, one.baseline, one.current, one.effect, one.low, one.high),
            *(one.floor, one.adjusted_p, one.warn, one.fail, one.is_real(settings.significance)),
            *(str(one.outcome), one.words),
        )
        for one in ranked
    ]
    return pd.DataFrame(rows, columns=list(FRAME_DTYPES)).astype(FRAME_DTYPES)


_RANK = {Outcome.FAIL: 0, Outcome.WARN: 1, Outcome.INSUFFICIENT: 2, Outcome.OK: 3}


def _outcome(one: Finding, settings: DriftSettings) -> Outcome:
    if one.outcome is Outcome.INSUFFICIENT or not one.gated:
        return one.outcome
    effect, warn, fail = one.size, one.warn or 0.0, one.fail or 0.0
    if one.is_real(settings.significance):
        return Outcome.FAIL if effect >= fail else Outcome.WARN if effect >= warn else Outcome.OK
    unseen = one.measure != "new_value" and max(abs(one.effect or 0.0), one.floor or 0.0) >= warn
    return Outcome.INSUFFICIENT if unseen else Outcome.OK


def _said(one: Finding, settings: DriftSettings) -> str:
    if not one.gated:
        return one.words
    warn = one.warn or 0.0
    if one.is_real(settings.significance):
        return one.words if one.size >= warn else f"{one.words} Real, below the threshold of {warn:g}{_surely(one)}."
    if _outcome(one, settings) is Outcome.INSUFFICIENT:
        return f"{one.words} Cannot be told from noise at this size (noise floor {one.floor:.4g}, threshold {warn:g})."
    return f"{one.words} Within what chance does."


def _surely(one: Finding) -> str:
    """Where an effect reaches the threshold but its lower bound does not."""
    reached = abs(one.effect or 0.0) >= (one.warn or 0.0)
    return f" for sure (at least {one.low:.3g})" if reached else ""
