"""Evidently's data drift preset with its defaults: a column drifts if its distance reaches the threshold of 0.1."""

import os
import re

import pandas as pd
from pairs import CATEGORICAL, NUMERICAL

os.environ["DO_NOT_TRACK"] = "1"

SCORE = re.compile(r"ValueDrift\(column=(\w+),method=(.*),threshold=([0-9.]+)\)")


def find_alarms(baseline: pd.DataFrame, current: pd.DataFrame) -> list[dict[str, str]]:
    """Return the columns that drifted."""
    from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415  the time of the tool includes its import
    from evidently.presets import DataDriftPreset  # noqa: PLC0415

    columns = DataDefinition(numerical_columns=list(NUMERICAL), categorical_columns=list(CATEGORICAL))
    datasets = (
        Dataset.from_pandas(frame[[*NUMERICAL, *CATEGORICAL]], data_definition=columns) for frame in (current, baseline)
    )
    scores = [
        (*match.groups(), metric["value"])
        for metric in Report([DataDriftPreset()]).run(*datasets).dict()["metrics"]
        if (match := SCORE.match(metric["metric_name"]))
    ]
    return [
        {"column": column, "message": f"{method} {value:.4f}"}
        for column, method, threshold, value in scores
        if value >= float(threshold)
    ]
