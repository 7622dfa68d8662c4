"""The choice of the baseline of the newest delivery among the saved profiles."""

from dataclasses import replace
from functools import partial

import pytest

from customer_analytics.core.drift.baseline import pair_deliveries
from customer_analytics.core.drift.profile.frame_writer import to_frame
from customer_analytics.core.errors import SettingError


@pytest.fixture
def pair(profiled, settings):
    """Return a function that pairs the last of several deliveries, one per day, with its baseline.

    Its arguments are the rows of each delivery, the setting, and the runs whose profiles must not be loaded.
    """

    def pair_last(rows_by_day, baseline, not_loaded=()):
        profiles = {f"2024-01-0{day}": profiled(rows, day) for day, rows in enumerate(rows_by_day, 1)}
        loaders = {f"{run_id}/profile": partial(to_frame, profile) for run_id, profile in profiles.items()}
        loaders |= {f"{run_id}/profile": lambda: pytest.fail("the profile was loaded") for run_id in not_loaded}
        *_, current = profiles.values()
        return pair_deliveries(current, loaders, replace(settings, baseline=baseline, rows_min=200))

    return pair_last


@pytest.mark.parametrize(
    ("rows", "baseline", "chosen"),
    [
        ((300, 250, 300), "previous", ("2024-01-02", 250)),
        ((300, 200, 0, 199, 300), "previous", ("2024-01-02", 200)),
        ((0, 199, 200, 300, 300), "first", ("2024-01-03", 200)),
        ((100, 50, 0, 300), "previous", ("2024-01-03", 0)),
        ((50, 100, 0, 300), "first", ("2024-01-01", 50)),
        ((300, 0, 300), "2024-01-02", ("2024-01-02", 0)),
    ],
    ids=[
        "previous delivery",
        "small deliveries are skipped from the last",
        "small deliveries are skipped from the first",
        "previous of only small deliveries",
        "first of only small deliveries",
        "small delivery named by its run id",
    ],
)
def test_the_baseline_is_the_nearest_delivery_of_enough_rows(pair, rows, baseline, chosen):
    delivery_pair = pair(rows, baseline)

    assert (delivery_pair.baseline_run, delivery_pair.baseline.rows()) == chosen
    assert (delivery_pair.current_run, delivery_pair.current.rows()) == (f"2024-01-0{len(rows)}", 300)


@pytest.mark.parametrize(
    ("rows", "baseline"), [((300,), "previous"), ((300,), "first"), ((300, 300), "2024-01-02"), ((0,), "previous")]
)
def test_the_first_delivery_and_one_that_is_its_own_baseline_have_none(pair, rows, baseline):
    delivery_pair = pair(rows, baseline)

    assert (delivery_pair.baseline_run, delivery_pair.baseline) == (None, None)


@pytest.mark.parametrize(
    ("baseline", "not_loaded"),
    [("previous", ("2024-01-01", "2024-01-04")), ("first", ("2024-01-02", "2024-01-03", "2024-01-04"))],
)
def test_only_the_profiles_up_to_the_baseline_are_loaded(pair, baseline, not_loaded):
    delivery_pair = pair((300, 300, 0, 300), baseline, not_loaded)

    assert delivery_pair.baseline.rows() == 300


def test_a_baseline_that_no_run_saved_is_an_error_that_lists_the_runs(pair):
    with pytest.raises(
        SettingError, match=r"run that saved a purchase_profile \('2024-01-02', '2024-01-01'\); found '2020'"
    ):
        pair((300, 300), "2020")
