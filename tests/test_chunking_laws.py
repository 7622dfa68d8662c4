"""The laws of every partial state: the same value for every cut of the same rows, compared with ``==``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import many_purchases, plain_csv
from tests.making import raw_chunks, typed_chunks

from customer_analytics.core.aggregation.distinct_customers import CustomerCounts, count_customers
from customer_analytics.core.aggregation.measures import MEASURED_COLUMNS, Measures
from customer_analytics.core.aggregation.quicklook import QuickTotals
from customer_analytics.core.aggregation.sample import LowestKeys, SampleRules
from customer_analytics.core.aggregation.totals import Totals
from customer_analytics.core.aggregation.value_counts import ValueCounts
from customer_analytics.core.chunks.fold import fold_together
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.dedup.row_bitmap import RowBitmap, RowBitmaps
from customer_analytics.core.drift.profile.purchase_profile import PROFILED_COLUMNS, ProfileShape, PurchaseProfile
from customer_analytics.core.ledger.ledger import DuplicateCounts, RecordCounts
from customer_analytics.core.money.minor_units import MinorUnits
from customer_analytics.core.money.money_sum import MoneySum
from customer_analytics.pipelines.cleaning.nodes import find_duplicates, keep_first_copies

ROWS = 200
DECIMALS = 2


@dataclass(frozen=True)
class Law:
    """A partial state under test: the function that measures a chunk, the identity, and a frame to cut."""

    measure: Callable[[pd.DataFrame], Any]
    identity: Callable[[], Any]
    frame: Callable[[], pd.DataFrame]


def joined(chunks):
    frames = list(chunks)
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


@cache
def csv_text():
    purchases = many_purchases(ROWS - 20, seed=4)
    return plain_csv([*purchases, *purchases[:20]])


@cache
def typed():
    return joined(typed_chunks(csv_text()))


@cache
def raw():
    return joined(raw_chunks(csv_text()))


@cache
def duplicates():
    return joined(find_duplicates(LocalChunks.of([typed()])))


@cache
def clean():
    typed_chunk = LocalChunks.of([typed()])
    return joined(keep_first_copies(typed_chunk, find_duplicates(typed_chunk)))


@cache
def numbers():
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "amount": np.where(
                random.random(ROWS) < 0.2,
                random.choice([1e6, 1e12, -1e12, 999_999_999_999.99, np.nan, -5.25], ROWS),
                random.integers(0, 10**6, ROWS) / 100,
            ),
            "units": random.choice([0, -3, 7, 10**15, -(10**15), 2**53 - 1], ROWS) + random.integers(0, 3, ROWS),
            "code": random.integers(0, 5, ROWS),
            "row": random.permutation(ROWS) * 100_003,
        }
    )


AXES = (("even", "odd"), ("low", "middle", "high"))


def totals_of(frame):
    known_rows = frame[frame["amount"].notna()]
    money = MinorUnits.of(known_rows["amount"].to_numpy(), DECIMALS)
    return Totals.of(money, known_rows["code"].to_numpy(), AXES)


SHAPE = ProfileShape()

LAWS = {
    "MoneySum": Law(lambda frame: MoneySum.of(frame["amount"].to_numpy(), DECIMALS), MoneySum, numbers),
    "Totals": Law(totals_of, Totals, numbers),
    "ValueCounts": Law(lambda frame: ValueCounts.of(frame["units"].to_numpy()), ValueCounts, numbers),
    "RowBitmap": Law(lambda frame: RowBitmap.of(frame["row"].to_numpy()), RowBitmap, numbers),
    "RowBitmaps": Law(RowBitmaps.of, RowBitmaps, typed),
    "RecordCounts": Law(partial(RecordCounts.of, decimals=DECIMALS), RecordCounts, typed),
    "DuplicateCounts": Law(partial(DuplicateCounts.of, decimals=DECIMALS), DuplicateCounts, duplicates),
    "Measures": Law(partial(Measures.of, decimals=DECIMALS), Measures, clean),
    "PurchaseProfile": Law(partial(PurchaseProfile.of, shape=SHAPE), partial(PurchaseProfile, SHAPE), clean),
    "QuickTotals": Law(partial(QuickTotals.of, contract=Contract()), QuickTotals, raw),
    "LowestKeys": Law(partial(LowestKeys.of, rules=SampleRules(rows=40, seed=0)), partial(LowestKeys, 40), typed),
    "rows": Law(len, int, typed),
}

every_state = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)


def cut(frame, positions):
    bounds = [0, *sorted(position % (len(frame) + 1) for position in positions), len(frame)]
    return [frame.iloc[start:stop] for start, stop in pairwise(bounds)]


def check_any_cut(law, positions):
    """Assert that the merged states of the chunks of a cut equal the state of the whole frame."""
    frame = law.frame()

    total = sum(map(law.measure, cut(frame, positions)), law.identity())

    assert total == law.identity() + law.measure(frame)


def check_one_row_chunks(law):
    check_any_cut(law, range(len(law.frame())))


CUTS = st.lists(st.integers(0, ROWS), max_size=8)


@every_state
@given(CUTS)
def test_the_sum_over_any_cut_is_the_measure_of_the_whole(law, positions):
    check_any_cut(law, positions)


@every_state
def test_one_row_chunks_merge_to_the_measure_of_the_whole(law):
    check_one_row_chunks(law)


@every_state
def test_the_identity_changes_nothing_on_either_side(law):
    state = law.measure(law.frame())

    assert law.identity() + state == state
    assert state + law.identity() == state
    assert law.identity() + law.identity() == law.identity()


@every_state
def test_no_rows_measure_as_the_identity(law):
    assert law.identity() + law.measure(law.frame().iloc[:0]) == law.identity()


@every_state
@given(CUTS, st.randoms(use_true_random=False))
def test_the_order_of_merging_does_not_matter(law, positions, random):
    states = [law.measure(chunk) for chunk in cut(law.frame(), positions)]
    shuffled = random.sample(states, len(states))

    assert sum(shuffled, law.identity()) == sum(states, law.identity())


@every_state
@given(st.integers(0, ROWS), st.integers(0, ROWS))
def test_the_grouping_of_merging_does_not_matter(law, first_cut, second_cut):
    head, middle, tail = map(law.measure, cut(law.frame(), (first_cut, second_cut)))

    assert (head + middle) + tail == head + (middle + tail)
    assert head + middle == middle + head


@every_state
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_fold_gives_the_same_state_for_every_cut_and_any_threads(law, threads):
    frame = law.frame()
    for chunk_rows in (1, 7, 1000):
        frames = [frame.iloc[start : start + chunk_rows] for start in range(0, len(frame), chunk_rows)]

        total = LocalChunks.of(frames, LocalRuntime(threads)).fold(law.measure, law.identity())

        assert total == law.identity() + law.measure(frame)


@every_state
def test_merging_changes_neither_side(law):
    frame = law.frame()
    head, tail = law.measure(frame.iloc[:90]), law.measure(frame.iloc[90:])

    _ = head + tail

    assert head == law.measure(frame.iloc[:90])
    assert tail == law.measure(frame.iloc[90:])


@given(CUTS)
def test_states_that_are_folded_together_are_those_of_single_folds(positions):
    laws = [LAWS["Measures"], LAWS["PurchaseProfile"], LAWS["rows"]]
    measures = [(law.measure, law.identity()) for law in laws]
    columns = (*MEASURED_COLUMNS, *PROFILED_COLUMNS)

    states = fold_together(LocalChunks.of(cut(clean(), positions)), columns, measures)

    assert states == tuple(law.identity() + law.measure(clean()) for law in laws)
    assert fold_together(LocalChunks.of([]), columns, measures) == tuple(law.identity() for law in laws)


@given(CUTS)
def test_distinct_customers_are_the_same_for_every_cut(positions):
    table = clean()
    revenue_groups = Measures.of(table, DECIMALS).revenue_groups()

    counts = count_customers(LocalChunks.of(cut(table, positions)), revenue_groups)

    assert counts == count_customers(LocalChunks.of([table]), revenue_groups)
    assert counts.overall == table["customer_id"].nunique()


def test_customer_counts_of_different_customers_merge_by_adding():
    table = clean()
    revenue_groups = Measures.of(table, DECIMALS).revenue_groups()
    identity = CustomerCounts.none(revenue_groups)
    is_odd = table["customer_id"] % 2 == 1
    odd, even = (count_customers(LocalChunks.of([table[rows]]), revenue_groups) for rows in (is_odd, ~is_odd))

    assert odd + even == even + odd == count_customers(LocalChunks.of([table]), revenue_groups)
    assert identity + odd == odd + identity == odd
    assert count_customers(LocalChunks.of([]), revenue_groups) == identity


def test_the_frames_of_the_laws_have_rows_of_every_kind():
    assert list(clean().columns) == CLEAN.names
    assert min(len(typed()), len(raw())) == ROWS
    assert len(duplicates()) > 10
    assert set(duplicates()["kind"]) == {"exact", "conflicting"}
    assert len(clean()) > 50


@dataclass(frozen=True)
class DropsOneRowChunks:
    """A wrong partial state: it ignores chunks of one row."""

    rows: int = 0

    @classmethod
    def of(cls, frame):
        return cls(len(frame) if len(frame) > 1 else 0)

    def __add__(self, other):
        return DropsOneRowChunks(self.rows + other.rows)


@dataclass(frozen=True)
class SquaresInInt64:
    """A wrong partial state: it sums the squares of a chunk in int64, which overflows."""

    squares: int = 0

    @classmethod
    def of(cls, frame):
        with np.errstate(over="ignore"):
            return cls(int((frame["units"].to_numpy() ** 2).sum()))

    def __add__(self, other):
        return SquaresInInt64(self.squares + other.squares)


@dataclass(frozen=True)
class SumsFloats:
    """A wrong partial state: it sums money as floats."""

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
    ("wrong_state", "frame"),
    [(DropsOneRowChunks, millions), (SquaresInInt64, millions_of_squares), (SumsFloats, millions)],
)
def test_the_laws_reject_wrong_states(wrong_state, frame):
    with pytest.raises(AssertionError):
        check_one_row_chunks(Law(wrong_state.of, wrong_state, frame))


def test_squares_of_a_thousand_large_amounts_exceed_int64_and_stay_exact():
    units = millions_of_squares()["units"].to_numpy()
    head, tail = ValueCounts.of(units[:1]), ValueCounts.of(units[1:])

    assert (head + tail).power_sum(2) == 1000 * (10**9) ** 2 > 2**63
