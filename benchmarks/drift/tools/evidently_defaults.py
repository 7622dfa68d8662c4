"""Evidently's data drift preset as it comes: per column, a distance above its threshold of 0.1 is drift."""

import os
import re

import pandas as pd
from pairs import CATEGORICAL, NUMERICAL

os.environ["DO_NOT_TRACK"] = "1"

SCORE = re.compile(r"ValueDrift\(column=(\w+),method=(.*),threshold=([0-9.]+)\)")


def alarms(baseline: pd.DataFrame, current: pd.DataFrame) -> list[dict[str, str]]:
    """The columns that drifted."""
    from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415  its import is part of its time
    from evidently.presets import DataDriftPreset  # noqa: PLC0415

    columns = DataDefinition(numerical_columns=list(NUMERICAL), categorical_columns=list(CATEGORICAL))
    one, two = (
        Dataset.from_pandas(frame[[*NUMERICAL, *CATEGORICAL]], data_definition=columns) for frame in (baseline, current)
    )
    scores = [
        (*found.groups(), metric["value"])
        for metric in Report([DataDriftPreset()]).run(two, one).dict()["metrics"]
        if (found := SCORE.match(metric["metric_name"]))
    ]
    return [
        {"column": column, "says": f"{method} {value:.4f}"}
        for column, method, threshold, value in scores
        if value >= float(threshold)
    ]
