"""Make the table of quarantined rows and their reasons."""

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import categorical
from customer_analytics.core.arrow.take import take_columns
from customer_analytics.core.contract.columns import reasons_of
from customer_analytics.core.contract.schemas import FAULTS, QUARANTINED, RAW_TEXT, SOURCE_FILE, SOURCE_ROW

QUARANTINE_COLUMNS = (FAULTS, SOURCE_FILE, SOURCE_ROW, RAW_TEXT)
"""The columns that :func:`quarantined_rows` reads."""


def quarantined_rows(typed: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have at least one fault, with a column that lists their reasons.

    Args:
        typed: A chunk of ``typed_purchases``, with the columns :data:`QUARANTINE_COLUMNS`.

    Returns:
        A chunk of ``quarantined_purchases``; several reasons of a row are separated by ``;``.
    """
    columns = take_columns(typed, np.flatnonzero(typed[FAULTS].to_numpy()), QUARANTINE_COLUMNS)
    reason_codes, fault_masks = pd.factorize(columns[FAULTS].to_numpy())
    reasons = [";".join(reasons_of(int(mask))) for mask in fault_masks]
    columns["reasons"] = categorical(reason_codes, reasons)
    return pd.DataFrame({name: columns[name] for name in QUARANTINED.names}, copy=False)
