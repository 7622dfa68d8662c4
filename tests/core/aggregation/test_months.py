"""Calendar months, against NumPy's calendar of each timestamp."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from customer_analytics.core.aggregation.months import months_of

DAY_US = 86_400_000_000


@given(st.lists(st.integers(-719_162 * DAY_US, 2_932_897 * DAY_US - 1)))  # years 1 to 9999
@example([-719_162 * DAY_US, 2_932_897 * DAY_US - 1, -1, 0])
@example([11_016 * DAY_US, 11_017 * DAY_US - 1])  # 2000-02-29, the last day of an era of 400 years
@example([(day * DAY_US) + shift for day in range(-800, 800) for shift in (-1, 0, 1)])
def test_the_month_of_a_timestamp_is_that_of_numpy(microseconds):
    timestamps = np.array(microseconds, np.int64).view("datetime64[us]")

    assert months_of(timestamps).tolist() == timestamps.astype("datetime64[M]").astype(np.int64).tolist()
