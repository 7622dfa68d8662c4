"""The thresholds and choices of drift (``params:drift``); their values live in ``parameters_drift.yml`` alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from customer_analytics.core.errors import SettingError, listed

_HINT = "see conf/base/parameters_drift.yml and docs/drift.md"
_PAIRS = ("mean", "quantile", "wasserstein", "ks", "psi", "share", "missing", "volume")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """What counts as drift: each ``*_warn`` and ``*_fail`` is the least effect that matters.

    Args:
        baseline: What a run is compared with: ``previous``, ``first`` or a run id.
        latest_windows: How many of a delivery's last windows are compared with its earlier ones.
        gate: ``fail`` ends a run with an error after a failing verdict; ``off`` does not.
        significance: Rate of false alarms that adjusted p-values are held against.
        rows_min: Fewer rows than this on either side are not compared, and are no baseline while there is another.
        segment_rows_min: Likewise for a country.
        window_rows_min: Volume is judged where a usual window has at least so many rows.
        history_min: Earlier runs (or windows, for volume) that a robust rule needs.
        history_limit: Robust z-score from which a metric is anomalous.
        history_floor: Least spread of a metric, as a share of its median.
        noise_draws: Seeded A/A draws per binned measure.
        seed: Their seed.
        mean_warn: Relative shift of the mean.
        mean_fail: Likewise.
        quantile_warn: Relative shift of the quartiles and the median.
        quantile_fail: Likewise.
        wasserstein_warn: Wasserstein distance divided by the baseline's median.
        wasserstein_fail: Likewise.
        ks_warn: Kolmogorov-Smirnov D.
        ks_fail: Likewise.
        psi_warn: Population stability index.
        psi_fail: Likewise.
        share_warn: Largest change of a value's share (0.01 is a percentage point).
        share_fail: Likewise.
        missing_warn: Change of the share of nulls.
        missing_fail: Likewise.
        new_value_warn_rows: Rows from which a new value warns.
        new_value_fail_share: Share of rows from which a new value fails.
        volume_warn: Relative deviation of a window's rows from the usual.
        volume_fail: Likewise.

    Raises:
        SettingError: A value that cannot be meant.
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
        if str(self.gate) == "False":  # YAML's reading of an unquoted off
            object.__setattr__(self, "gate", "off")
        for name, expected in self._problems().items():
            raise SettingError(f"drift.{name}", expected, repr(getattr(self, name)), _HINT)

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> Self:
        """Settings from a mapping.

        Raises:
            SettingError: A key that is unknown or missing, or a value that cannot be meant.
        """
        names = [one.name for one in fields(cls)]
        unknown, missing = (
            [key for key in settings if key not in names],
            [key for key in names if key not in settings],
        )
        if unknown:
            raise SettingError("drift", f"keys among {listed(names, len(names))}", listed(unknown), _HINT)
        if missing:
            raise SettingError("drift", f"also {listed(missing, len(names))}", "no such key", _HINT)
        return cls(**settings)  # type: ignore[arg-type]

    def thresholds(self, measure: str) -> tuple[float, float]:
        """Warn and fail of a measure that has a pair of thresholds."""
        return getattr(self, f"{measure}_warn"), getattr(self, f"{measure}_fail")

    def _problems(self) -> dict[str, str]:
        counts = (
            "latest_windows",
            "rows_min",
            "segment_rows_min",
            "window_rows_min",
            "history_min",
            "noise_draws",
        )
        problems = {name: "a whole number from 1" for name in counts if not _is_count(getattr(self, name))}
        if not _is_count(self.new_value_warn_rows):
            problems["new_value_warn_rows"] = "a whole number from 1"
        if not isinstance(self.seed, int) or self.seed < 0:
            problems["seed"] = "a whole number from 0"
        if not (_is_number(self.significance) and 0 < self.significance < 1):
            problems["significance"] = "a rate between 0 and 1"
        positive = (
            "history_limit",
            "history_floor",
            "new_value_fail_share",
            *(f"{pair}_warn" for pair in _PAIRS),
        )
        problems |= {name: "a number above 0" for name in positive if not _is_above_zero(getattr(self, name))}
        return problems | self._unordered(problems) | self._unknown()

    def _unordered(self, known: dict[str, str]) -> dict[str, str]:
        pairs = [pair for pair in _PAIRS if f"{pair}_warn" not in known]
        return {
            f"{pair}_fail": f"a number, at least {pair}_warn"
            for pair in pairs
            if not (_is_number(self.thresholds(pair)[1]) and self.thresholds(pair)[1] >= self.thresholds(pair)[0])
        }

    def _unknown(self) -> dict[str, str]:
        unknown = {} if self.gate in {"off", "fail"} else {"gate": "'off' or 'fail'"}
        known = isinstance(self.baseline, str) and self.baseline != ""
        return unknown if known else unknown | {"baseline": "'previous', 'first' or a run id"}


def _is_number(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and setting == setting  # noqa: PLR0124  NaN


def _is_above_zero(setting: object) -> bool:
    return isinstance(setting, int | float) and _is_number(setting) and setting > 0


def _is_count(setting: object) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and setting >= 1
