"""The baseline that the newest delivery is compared with, among all that runs have left."""

from dataclasses import replace

import pytest

from customer_analytics.core.drift.baseline import pair_deliveries
from customer_analytics.core.drift.profile.frame import to_frame
from customer_analytics.core.errors import SettingError


@pytest.fixture
def pair(profiled, settings):
    """Pairs the last of deliveries of so many rows, of a day each; a profile that must stay unread fails the test."""

    def paired(rows, baseline, unread=()):
        profiles = {f"2024-01-0{day}": profiled(count, day) for day, count in enumerate(rows, 1)}
        loaders = {f"{run}/profile": lambda one=one: to_frame(one) for run, one in profiles.items()}
        loaders |= {f"{run}/profile": lambda: pytest.fail("was read for nothing") for run in unread}
        *_, current = profiles.values()
        return pair_deliveries(current, loaders, replace(settings, baseline=baseline, rows_min=200))

    return paired


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
        "the one before",
        "those too small are passed over",
        "likewise from the first on",
        "only small ones, so the one before",
        "only small ones, so the first",
        "a run that is named is taken as it is",
    ],
)
def test_the_baseline_is_the_nearest_delivery_of_enough_rows(pair, rows, baseline, chosen):
    found = pair(rows, baseline)

    assert (found.baseline_run, found.baseline.rows()) == chosen
    assert (found.current_run, found.current.rows()) == (f"2024-01-0{len(rows)}", 300)


@pytest.mark.parametrize(
    ("rows", "baseline"), [((300,), "previous"), ((300,), "first"), ((300, 300), "2024-01-02"), ((0,), "previous")]
)
def test_the_first_delivery_and_one_that_is_its_own_baseline_have_none(pair, rows, baseline):
    found = pair(rows, baseline)

    assert (found.baseline_run, found.baseline) == (None, None)


@pytest.mark.parametrize(
    ("baseline", "unread"),
    [("previous", ("2024-01-01", "2024-01-04")), ("first", ("2024-01-02", "2024-01-03", "2024-01-04"))],
)
def test_no_profile_is_read_but_those_that_it_takes(pair, baseline, unread):
    found = pair((300, 300, 0, 300), baseline, unread)

    assert found.baseline.rows() == 300


def test_a_baseline_that_no_run_has_left_is_refused_with_those_there_are(pair):
    with pytest.raises(
        SettingError, match=r"run that left a purchase_profile \('2024-01-02', '2024-01-01'\); found '2020'"
    ):
        pair((300, 300), "2020")
