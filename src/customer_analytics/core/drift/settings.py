"""Settings of drift (``params:drift``). ``parameters_drift.yml`` is the only place that holds their values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from customer_analytics.core.errors import SettingError, listed

_HINT = "see conf/base/parameters_drift.yml and docs/drift.md"

_MEASURES = ("mean", "quantile", "wasserstein", "ks", "psi", "share", "missing", "volume")
"""Measures with a threshold ``<measure>_warn`` and a threshold ``<measure>_fail``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """Choices and thresholds of drift. ``*_warn`` and ``*_fail`` are the smallest effects that warn and fail.

    Args:
        baseline: The delivery to compare with: ``previous``, ``first`` or a run id.
        latest_windows: Number of last windows that are compared with the earlier windows of the same delivery.
        gate: ``fail`` ends a run with an error after a failing verdict; ``off`` does not.
        significance: Maximum adjusted p-value of a change that is real.
        rows_min: Minimum rows on both sides of a comparison. Smaller deliveries are a baseline only if all are smaller.
        segment_rows_min: Minimum rows of a country on both sides of a comparison.
        window_rows_min: Minimum rows of the median window for a comparison of volume.
        history_min: Minimum number of earlier runs (of windows, for volume) for a robust z-score.
        history_limit: Robust z-score from which a metric of a run is anomalous.
        history_floor: Minimum spread of a metric as a share of its median.
        noise_draws: Number of seeded draws without a change, for the noise floor of each binned measure.
        seed: Seed of the draws.
        mean_warn, mean_fail: Relative change of the mean.
        quantile_warn, quantile_fail: Relative change of a quartile or the median.
        wasserstein_warn, wasserstein_fail: Wasserstein distance divided by the baseline's median.
        ks_warn, ks_fail: Kolmogorov-Smirnov D.
        psi_warn, psi_fail: Population stability index.
        share_warn, share_fail: Largest change of a value's share; 0.01 is a percentage point.
        missing_warn, missing_fail: Change of the share of nulls.
        new_value_warn_rows: Rows of a new value from which it warns.
        new_value_fail_share: Share of rows of a new value from which it fails.
        volume_warn, volume_fail: Relative difference between a window's rows and the baseline's median window.

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
        """Build settings from a mapping.

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
        """Return the thresholds ``<measure>_warn`` and ``<measure>_fail``."""
        return getattr(self, f"{measure}_warn"), getattr(self, f"{measure}_fail")

    def _find_invalid(self) -> dict[str, str]:
        """Return a description of the allowed values of each invalid setting, by name."""
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
