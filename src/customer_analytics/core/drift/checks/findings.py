"""A finding: one measured difference between two profiles, its uncertainty, its outcome and its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd

from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.statistics.significance import benjamini_hochberg


class Outcome(StrEnum):
    """The outcome of a finding, a column or a comparison."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    INSUFFICIENT = "insufficient_data"


ALARMS = frozenset({Outcome.WARN, Outcome.FAIL})
"""The outcomes that report a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A measured difference between two profiles.

    Args:
        column: Column of the contract, or ``rows``.
        segment: ``all``, or a country.
        measure: Name of the measure.
        baseline: Value of the measure in the baseline.
        current: Value of the measure in the current profile.
        effect: Size of the difference in the unit of the thresholds; signed if it has a direction.
        low: Lower bound (95 %, one-sided) of the absolute effect.
        high: Upper bound (95 %, one-sided) of the absolute effect.
        floor: Noise floor: if nothing changed, 95 % of the effects are below this value.
        p: p-value; ``None`` if the finding can never be an alarm.
        warn: Threshold of a warning; ``None`` if the finding can never be an alarm.
        fail: Threshold of a failure; ``None`` if the finding can never be an alarm.
        explanation: Description of the difference for readers.
        adjusted_p: p-value adjusted for all findings of a comparison; :func:`judge_findings` sets it.
        outcome: What the finding means for the verdict; :func:`judge_findings` sets it.
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
    explanation: str = ""
    adjusted_p: float | None = None
    outcome: Outcome = Outcome.OK

    @property
    def can_alarm(self) -> bool:
        """Whether the finding has a p-value and thresholds, so that it can be a warning or a failure."""
        return self.p is not None and self.warn is not None

    @property
    def size(self) -> float:
        """The number that is compared with the thresholds: the absolute effect or its lower bound.

        For a single country and for the Wasserstein distance, it is the lower bound, because noise enlarges effects:
        the largest effect among many countries is partly chance, and the distance is a mean of absolute differences.
        """
        has_upward_bias = self.segment != "all" or self.measure == "wasserstein"
        return self.low or 0.0 if has_upward_bias else abs(self.effect or 0.0)

    def is_real(self, significance: float) -> bool:
        """Whether the adjusted p-value is at most ``significance`` and the lower bound is above the noise floor."""
        if self.adjusted_p is None or self.low is None or self.floor is None:
            return False
        return self.adjusted_p <= significance and self.low > self.floor


FRAME_DTYPES = {
    **dict.fromkeys(("column", "segment", "measure"), "object"),
    **dict.fromkeys(("baseline", "current", "effect", "low", "high", "noise_floor"), "Float64"),
    **dict.fromkeys(("adjusted_p", "warn", "fail"), "Float64"),
    "real": "bool",
    **dict.fromkeys(("outcome", "explanation"), "object"),
}
"""Columns of the findings table and their dtypes."""

_RANK = {Outcome.FAIL: 0, Outcome.WARN: 1, Outcome.INSUFFICIENT: 2, Outcome.OK: 3}


def build_finding(settings: DriftSettings, measure: str, effect: float, reach: float, **figures: Any) -> Finding:  # noqa: ANN401  other fields
    """Return a finding with bounds ``abs(effect)`` ± ``reach`` (at least 0); ``figures`` are its other attributes."""
    warn, fail = settings.thresholds(measure)
    low, high = max(0.0, abs(effect) - reach), abs(effect) + reach
    return Finding(measure=measure, effect=effect, low=low, high=high, warn=warn, fail=fail, **figures)


def judge_findings(findings: Sequence[Finding], settings: DriftSettings) -> tuple[Finding, ...]:
    """Return the findings with adjusted p-values, outcomes and final explanations.

    The outcome is ``warn`` or ``fail`` if the effect is real (not chance) and reaches the threshold.
    """
    p_values = [finding.p for finding in findings if finding.can_alarm and finding.p is not None]
    adjusted = iter(benjamini_hochberg(p_values))
    tested = [replace(finding, adjusted_p=next(adjusted)) if finding.can_alarm else finding for finding in findings]
    return tuple(
        replace(finding, outcome=_judge(finding, settings), explanation=_explain(finding, settings))
        for finding in tested
    )


def build_findings_frame(findings: Sequence[Finding], settings: DriftSettings) -> pd.DataFrame:
    """Return a table with one row per finding, alarms first. Its columns are those of ``FRAME_DTYPES``."""
    ranked = sorted(findings, key=lambda finding: (_RANK[finding.outcome], finding.segment != "all"))
    rows = [
        (
            *(finding.column, finding.segment, finding.measure),
            *(finding.baseline, finding.current, finding.effect, finding.low, finding.high, finding.floor),
            *(finding.adjusted_p, finding.warn, finding.fail, finding.is_real(settings.significance)),
            *(str(finding.outcome), finding.explanation),
        )
        for finding in ranked
    ]
    return pd.DataFrame(rows, columns=list(FRAME_DTYPES)).astype(FRAME_DTYPES)


def _judge(finding: Finding, settings: DriftSettings) -> Outcome:
    if finding.outcome is Outcome.INSUFFICIENT or not finding.can_alarm:
        return finding.outcome
    warn, fail = finding.warn or 0.0, finding.fail or 0.0
    if finding.is_real(settings.significance):
        return Outcome.FAIL if finding.size >= fail else Outcome.WARN if finding.size >= warn else Outcome.OK
    largest_unseen = max(abs(finding.effect or 0.0), finding.floor or 0.0)
    return Outcome.INSUFFICIENT if finding.measure != "new_value" and largest_unseen >= warn else Outcome.OK


def _explain(finding: Finding, settings: DriftSettings) -> str:
    """Return the explanation of a finding; add a sentence if the effect may be chance or is below the threshold."""
    if not finding.can_alarm:
        return finding.explanation
    warn = finding.warn or 0.0
    if finding.is_real(settings.significance):
        return finding.explanation if finding.size >= warn else f"{finding.explanation} {_explain_small(finding, warn)}"
    if _judge(finding, settings) is Outcome.INSUFFICIENT:
        limits = f"noise floor {finding.floor:.4g}, threshold {warn:g}"
        return f"{finding.explanation} Cannot be distinguished from noise at this size ({limits})."
    return f"{finding.explanation} Consistent with chance."


def _explain_small(finding: Finding, warn: float) -> str:
    is_uncertain = abs(finding.effect or 0.0) >= warn  # the effect reaches the threshold, its lower bound does not
    certainty = f" for sure (at least {finding.low:.3g})" if is_uncertain else ""
    return f"Real, below the threshold of {warn:g}{certainty}."
