"""Settings of drift detection (``params:drift``). There are no defaults: ``parameters_drift.yml`` sets all values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from customer_analytics.core.errors import SettingError, listed

_HINT = "see conf/base/parameters_drift.yml and docs/drift.md"

_MEASURES = ("mean", "quantile", "wasserstein", "ks", "psi", "share", "missing", "volume")
"""Names of the measures that have two thresholds: the settings ``<measure>_warn`` and ``<measure>_fail``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """The settings of drift detection: what is compared, the minimum numbers of rows, and which changes are alarms.

    A change that is not chance is a warning if its effect is at least ``*_warn``, a failure if at least ``*_fail``.

    Args:
        baseline: The run whose delivery is the baseline: ``previous``, ``first`` or a run id.
        latest_windows: How many windows at the end of a delivery are compared with all its earlier windows.
        gate: ``fail``: a failing verdict ends the run with an error. ``off``: it does not.
        significance: Maximum adjusted p-value of a change that counts as real, not as chance.
        rows_min: Minimum number of rows in each compared profile. A smaller baseline is used only if there is no other.
        segment_rows_min: A country is compared only if it has at least this number of rows in each profile.
        window_rows_min: Volume is judged only if the baseline's windows have a median of at least this number of rows.
        history_min: Minimum number of earlier runs to judge a metric, and of baseline windows to judge volume.
        history_limit: A metric of a run is anomalous if its absolute robust z-score is at least this number.
        history_floor: Minimum divisor of this z-score, as a share of the metric's absolute median in earlier runs.
        noise_draws: Number of random draws without a change, from which noise floors are estimated.
        seed: Seed of the noise draws and of the simulated changes.
        mean_warn, mean_fail: Relative change of the mean.
        quantile_warn, quantile_fail: Relative change of a quartile or the median.
        wasserstein_warn, wasserstein_fail: Wasserstein distance divided by the baseline's median.
        ks_warn, ks_fail: Kolmogorov-Smirnov statistic D.
        psi_warn, psi_fail: Population stability index.
        share_warn, share_fail: Largest change of a value's share of the rows; 0.01 is a percentage point.
        missing_warn, missing_fail: Change of the share of nulls; 0.01 is a percentage point.
        new_value_warn_rows: A value that is not in the baseline is a warning if at least this number of rows have it.
        new_value_fail_share: A value that is not in the baseline is a failure if at least this share of rows has it.
        volume_warn, volume_fail: Relative difference between a window's rows and the baseline's median rows per window.

    Raises:
        SettingError: A value is invalid; the message names the key.
    """

    baseline: str
    latest_windows: int
    gate: str
    significance: float
    rows_min: int
    segment_rows_min: int
    window_rows_min: int
    history_min: int
    history_limit: float
    history_floor: float
    noise_draws: int
    seed: int
    mean_warn: float
    mean_fail: float
    quantile_warn: float
    quantile_fail: float
    wasserstein_warn: float
    wasserstein_fail: float
    ks_warn: float
    ks_fail: float
    psi_warn: float
    psi_fail: float
    share_warn: float
    share_fail: float
    missing_warn: float
    missing_fail: float
    new_value_warn_rows: int
    new_value_fail_share: float
    volume_warn: float
    volume_fail: float

    def __post_init__(self) -> None:
        if str(self.gate) == "False":  # YAML reads an unquoted off as false
            object.__setattr__(self, "gate", "off")
        for name, expected in self._find_invalid().items():
            raise SettingError(f"drift.{name}", expected, repr(getattr(self, name)), _HINT)

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> Self:
        """Build the settings from a mapping of names to values.

        Raises:
            SettingError: A key is unknown or missing, or a value is invalid.
        """
        names = [field.name for field in fields(cls)]
        if unknown := [key for key in settings if key not in names]:
            raise SettingError("drift", f"keys among {listed(names, len(names))}", listed(unknown), _HINT)
        if missing := [key for key in names if key not in settings]:
            raise SettingError("drift", f"also {listed(missing, len(names))}", "no such key", _HINT)
        return cls(**settings)  # type: ignore[arg-type]

    def thresholds(self, measure: str) -> tuple[float, float]:
        """Return the two thresholds of a measure such as ``mean``: first for a warning, then for a failure."""
        return getattr(self, f"{measure}_warn"), getattr(self, f"{measure}_fail")

    def _find_invalid(self) -> dict[str, str]:
        """Return a dict from the name of each invalid setting to a description of its allowed values."""
        counts = [field.name for field in fields(self) if field.type is int and field.name != "seed"]
        warn_thresholds = [f"{measure}_warn" for measure in _MEASURES]
        positive = ["history_limit", "history_floor", "new_value_fail_share", *warn_thresholds]
        invalid = {name: "a whole number from 1" for name in counts if not _is_count(getattr(self, name))}
        if not isinstance(self.seed, int) or self.seed < 0:
            invalid["seed"] = "a whole number from 0"
        if not (_is_number(self.significance) and 0 < self.significance < 1):
            invalid["significance"] = "a number between 0 and 1"
        invalid |= {name: "a number above 0" for name in positive if not _is_positive(getattr(self, name))}
        for measure in _MEASURES:
            warn, fail = self.thresholds(measure)
            if _is_number(warn) and not (_is_number(fail) and fail >= warn):
                invalid[f"{measure}_fail"] = f"a number, at least {measure}_warn"
        if self.gate not in {"off", "fail"}:
            invalid["gate"] = "'off' or 'fail'"
        if not isinstance(self.baseline, str) or not self.baseline:
            invalid["baseline"] = "'previous', 'first' or a run id"
        return invalid


def _is_number(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and setting == setting  # noqa: PLR0124  NaN


def _is_positive(setting: object) -> bool:
    return isinstance(setting, int | float) and _is_number(setting) and setting > 0


def _is_count(setting: object) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and setting >= 1
