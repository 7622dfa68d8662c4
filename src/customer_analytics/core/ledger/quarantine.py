"""The refused rows, as people read them."""

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import categorical
from customer_analytics.core.arrow.take import take_columns
from customer_analytics.core.contract.columns import reasons_of
from customer_analytics.core.contract.schemas import FAULTS, QUARANTINED, RAW_TEXT, SOURCE_FILE, SOURCE_ROW

READ = (FAULTS, SOURCE_FILE, SOURCE_ROW, RAW_TEXT)
"""The columns that :func:`quarantined_rows` reads."""

SEPARATOR = ";"


def quarantined_rows(typed: pd.DataFrame) -> pd.DataFrame:
    """The rows of a chunk that have a fault, with their reasons in words.

    Args:
        typed: The columns :data:`READ` of :data:`~customer_analytics.core.contract.schemas.TYPED`.

    Returns:
        The columns of :data:`~customer_analytics.core.contract.schemas.QUARANTINED`.
    """
    columns = take_columns(typed, np.flatnonzero(typed[FAULTS].to_numpy()), READ)
    codes, masks = pd.factorize(columns[FAULTS].to_numpy())
    columns["reasons"] = categorical(codes, [SEPARATOR.join(reasons_of(int(mask))) for mask in masks])
    return pd.DataFrame({name: columns[name] for name in QUARANTINED.names}, copy=False)
