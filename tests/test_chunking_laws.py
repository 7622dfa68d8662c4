"""The laws of every partial: whatever the cut, the same value, compared with ``==``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from customer_analytics.core.aggregation.survey import Survey
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import many_purchases, plain_csv
from tests.making import raw_chunks, typed_chunks

from customer_analytics.core.aggregation.distinct_customers import CustomerCounts, count_customers
from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.quicklook import QuickTotals
from customer_analytics.core.aggregation.sample import LowestKeys, SampleRules
from customer_analytics.core.aggregation.totals import Totals
from customer_analytics.core.aggregation.value_counts import ValueCounts
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.dedup.row_bitmap import RowBitmap, RowBitmaps
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.ledger.ledger import DuplicateCounts, RecordCounts
from customer_analytics.core.money.minor_units import MinorUnits
from customer_analytics.core.money.money_sum import MoneySum
from customer_analytics.pipelines.cleaning.nodes import find_duplicates, keep_first_copies

ROWS = 200
DECIMALS = 2


@dataclass(frozen=True)
class Law:
    """A partial under test: how a chunk of its frame is measured, its identity, and a frame to cut."""

    measure: Callable[[pd.DataFrame], Any]
    zero: Callable[[], Any]
    frame: Callable[[], pd.DataFrame]


def whole(chunks):
    frames = list(chunks)
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


@cache
def csv_text():
    return plain_csv(many_purchases(ROWS, seed=4))


@cache
def typed():
    return whole(typed_chunks(csv_text()))


@cache
def raw():
    return whole(raw_chunks(csv_text()))


@cache
def repeated():
    return whole(find_duplicates(LocalChunks.of([typed()])))


@cache
def clean():
    once = LocalChunks.of([typed()])
    return whole(keep_first_copies(once, find_duplicates(once)))


@cache
def numbers():
    state = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "amount": np.where(
                state.random(ROWS) < 0.2,
                state.choice([1e6, 9e13, 2.0**60, 1e22, np.nan, -5.25], ROWS),
                state.integers(0, 10**6, ROWS) / 100,
            ),
            "units": state.choice([0, -3, 7, 10**15, -(10**15), 2**53 - 1], ROWS) + state.integers(0, 3, ROWS),
            "huge": state.choice([0, 2**80, -(2**90), 2**80 + 1], ROWS),
            "code": state.integers(0, 5, ROWS),
            "row": state.permutation(ROWS) * 100_003,
        }
    )


AXES = (("even", "odd"), ("low", "middle", "high"))


def totals_of(frame):
    known = frame[frame["amount"].notna()]
    money = MinorUnits.of(known["amount"].to_numpy(), DECIMALS)
    return Totals.of(money, known["code"].to_numpy(), AXES)


def value_counts_of(frame):
    return ValueCounts.of(frame["units"].to_numpy(), [value for value in frame["huge"] if value])


SHAPE = ProfileShape()

LAWS = {
    "MoneySum": Law(lambda frame: MoneySum.of(frame["amount"].to_numpy(), DECIMALS), MoneySum, numbers),
    "Totals": Law(totals_of, Totals, numbers),
    "ValueCounts": Law(value_counts_of, ValueCounts, numbers),
    "RowBitmap": Law(lambda frame: RowBitmap.of(frame["row"].to_numpy()), RowBitmap, numbers),
    "RowBitmaps": Law(RowBitmaps.of, RowBitmaps, typed),
    "RecordCounts": Law(partial(RecordCounts.of, decimals=DECIMALS), RecordCounts, typed),
    "DuplicateCounts": Law(partial(DuplicateCounts.of, decimals=DECIMALS), DuplicateCounts, repeated),
    "Measures": Law(partial(Measures.of, decimals=DECIMALS), Measures, clean),
    "Survey": Law(partial(Survey.of, shape=SHAPE), partial(Survey, profile=PurchaseProfile(SHAPE)), clean),
    "QuickTotals": Law(partial(QuickTotals.of, contract=Contract()), QuickTotals, raw),
    "LowestKeys": Law(partial(LowestKeys.of, rules=SampleRules(rows=40)), partial(LowestKeys, 40), typed),
    "rows": Law(len, int, typed),
}

every_partial = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)


def cut(frame, places):
    bounds = [0, *sorted(place % (len(frame) + 1) for place in places), len(frame)]
    return [frame.iloc[start:stop] for start, stop in pairwise(bounds)]


def check_any_cut(law, places):
    """The sum over the chunks of a cut is the measure of the whole; empty chunks are among them."""
    frame = law.frame()

    total = sum(map(law.measure, cut(frame, places)), law.zero())

    assert total == law.zero() + law.measure(frame)


def check_one_row_chunks(law):
    check_any_cut(law, range(len(law.frame())))


CUTS = st.lists(st.integers(0, ROWS), max_size=8)


@every_partial
@given(CUTS)
def test_the_sum_over_any_cut_is_the_measure_of_the_whole(law, places):
    check_any_cut(law, places)


@every_partial
def test_one_row_chunks_and_empty_chunks_add_up_as_well(law):
    check_one_row_chunks(law)


@every_partial
def test_the_identity_changes_nothing_on_either_side(law):
    some = law.measure(law.frame())

    assert law.zero() + some == some
    assert some + law.zero() == some
    assert law.zero() + law.zero() == law.zero()


@every_partial
def test_no_rows_measure_as_nothing(law):
    assert law.zero() + law.measure(law.frame().iloc[:0]) == law.zero()


@every_partial
@given(CUTS, st.randoms(use_true_random=False))
def test_the_order_of_adding_does_not_matter(law, places, random):
    parts = [law.measure(chunk) for chunk in cut(law.frame(), places)]
    shuffled = random.sample(parts, len(parts))

    assert sum(shuffled, law.zero()) == sum(parts, law.zero())


@every_partial
@given(st.integers(0, ROWS), st.integers(0, ROWS))
def test_the_grouping_of_adding_does_not_matter(law, first, second):
    one, two, three = map(law.measure, cut(law.frame(), (first, second)))

    assert (one + two) + three == one + (two + three)
    assert one + two == two + one


@every_partial
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_fold_gives_the_same_for_every_cut_and_any_threads(law, threads):
    frame = law.frame()
    for chunk_rows in (1, 7, 1000):
        frames = [frame.iloc[start : start + chunk_rows] for start in range(0, len(frame), chunk_rows)]

        total = LocalChunks.of(frames, LocalRuntime(threads)).fold(law.measure, law.zero())

        assert total == law.zero() + law.measure(frame)


@every_partial
def test_adding_leaves_both_sides_alone(law):
    frame = law.frame()
    one, other = law.measure(frame.iloc[:90]), law.measure(frame.iloc[90:])

    _ = one + other

    assert one == law.measure(frame.iloc[:90])
    assert other == law.measure(frame.iloc[90:])


@given(CUTS)
def test_distinct_customers_are_the_same_for_every_cut(places):
    table = clean()
    revenue_groups = Measures.of(table, DECIMALS).revenue_groups()

    counts = count_customers(LocalChunks.of(cut(table, places)), revenue_groups)

    assert counts == count_customers(LocalChunks.of([table]), revenue_groups)
    assert counts.overall == table["customer_id"].nunique()


def test_customer_counts_of_apart_customers_add_up():
    table = clean()
    revenue_groups = Measures.of(table, DECIMALS).revenue_groups()
    none = CustomerCounts.none(revenue_groups)
    odd = table["customer_id"] % 2 == 1
    one, other = (count_customers(LocalChunks.of([table[rows]]), revenue_groups) for rows in (odd, ~odd))

    assert one + other == other + one == count_customers(LocalChunks.of([table]), revenue_groups)
    assert none + one == one + none == one
    assert count_customers(LocalChunks.of([]), revenue_groups) == none


def test_the_frames_of_the_laws_are_worth_cutting():
    assert list(clean().columns) == CLEAN.names
    assert min(len(typed()), len(raw())) == ROWS
    assert len(repeated()) > 10
    assert set(repeated()["kind"]) == {"exact", "conflicting"} or len(repeated()["kind"].unique()) == 1
    assert len(clean()) > 50


@dataclass(frozen=True)
class DropsOneRowChunks:
    """A wrong partial: a chunk of one row is forgotten."""

    rows: int = 0

    @classmethod
    def of(cls, frame):
        return cls(len(frame) if len(frame) > 1 else 0)

    def __add__(self, other):
        return DropsOneRowChunks(self.rows + other.rows)


@dataclass(frozen=True)
class SquaresInInt64:
    """A wrong partial: squares of each chunk are summed in int64, and only the sums in Python's integers."""

    squares: int = 0

    @classmethod
    def of(cls, frame):
        with np.errstate(over="ignore"):
            return cls(int((frame["units"].to_numpy() ** 2).sum()))

    def __add__(self, other):
        return SquaresInInt64(self.squares + other.squares)


@dataclass(frozen=True)
class SumsFloats:
    """A wrong partial: money as a float."""

    revenue: float = 0.0

    @classmethod
    def of(cls, frame):
        return cls(float(frame["amount"].fillna(0).sum()))

    def __add__(self, other):
        return SumsFloats(self.revenue + other.revenue)


def millions():
    return pd.DataFrame({"units": np.full(1000, 100_000_000), "amount": np.resize([0.1, 0.2, 1e6], 1000)})


def millions_of_squares():
    return pd.DataFrame({"units": np.full(1000, 10**9), "amount": np.resize([0.1, 0.2, 1e6], 1000)})


@pytest.mark.parametrize(
    ("wrong", "frame"),
    [(DropsOneRowChunks, millions), (SquaresInInt64, millions_of_squares), (SumsFloats, millions)],
)
def test_the_laws_bite(wrong, frame):
    with pytest.raises(AssertionError):
        check_one_row_chunks(Law(wrong.of, wrong, frame))


def test_squares_of_a_thousand_large_amounts_pass_int64_and_stay_exact():
    units = millions_of_squares()["units"].to_numpy()
    parts = [ValueCounts.of(units[:1]), ValueCounts.of(units[1:])]

    assert (parts[0] + parts[1]).power_sum(2) == 1000 * (10**9) ** 2 > 2**63
