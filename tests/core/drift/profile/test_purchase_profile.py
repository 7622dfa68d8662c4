from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import frame as frames
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.amounts import NULL_CENTS, PLAIN_CENTS, AmountCounts
from customer_analytics.core.drift.profile.frame import FRAME_COLUMNS, from_frame, to_frame
from customer_analytics.core.drift.profile.packed_counts import CountTable
from customer_analytics.core.drift.profile.purchase_profile import (
    LARGE_OCTAVE,
    ProfileError,
    ProfileShape,
    PurchaseProfile,
    octave_of,
)
from customer_analytics.core.drift.profile.views import numbers, window_values
from customer_analytics.core.drift.profile.windows import Period, named_window, window_codes, window_dates
from customer_analytics.core.errors import SettingError

WEEKLY = ProfileShape(Period.WEEK, 2)

cents = st.one_of(st.integers(0, 2_000), st.integers(0, 10**8), st.sampled_from([2**36 - 1, 2**36, 10**14]), st.none())
rows = st.tuples(
    st.datetimes(pd.Timestamp("2023-12-25"), pd.Timestamp("2024-03-03")),
    cents,
    st.sampled_from(["DE", "FR", "NA", None]),
    st.one_of(st.none(), st.integers(10, 120)),
    st.sampled_from(["books", "food"]),
    st.sampled_from(["card", "cash", "crypto", None]),
)


def framed(records):
    date, amount, country, age, category, payment = zip(*records, strict=True) if records else ([],) * 6
    return pd.DataFrame(
        {
            "purchase_date": pd.Series(date, dtype="datetime64[us]"),
            "purchase_amount": pd.Series([np.nan if each is None else each / 100 for each in amount], dtype="float64"),
            "country_code": pd.Series(country, dtype=object),
            "customer_age": pd.array(age, dtype="Int16"),
            "product_category": pd.Series(category, dtype=object),
            "payment_type": pd.Series(payment, dtype=object).astype("category"),
        }
    )


def in_parts(frame, cuts):
    return [frame.iloc[low:high] for low, high in pairwise([0, *sorted(cuts), len(frame)])]


@given(st.lists(rows, max_size=40), st.lists(st.integers(0, 40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_profile_of_the_whole_is_the_sum_of_the_profiles_of_any_parts(records, cuts):
    frame = framed(records)
    parts = [PurchaseProfile.of(part, WEEKLY) for part in in_parts(frame, [min(cut, len(frame)) for cut in cuts])]

    forward, backward = sum(parts, PurchaseProfile()), sum(reversed(parts), PurchaseProfile())

    whole = PurchaseProfile.of(frame, WEEKLY)
    assert forward == whole == backward
    assert to_frame(forward).equals(to_frame(whole))


@given(st.lists(rows, max_size=20), st.lists(rows, max_size=20))
@settings(max_examples=30, deadline=None)
def test_adding_profiles_has_an_identity_and_no_order(one, two):
    first, second = (PurchaseProfile.of(framed(records), WEEKLY) for records in (one, two))

    assert first + PurchaseProfile() == first == PurchaseProfile() + first
    assert first + second == second + first


@given(st.lists(rows, max_size=30), st.lists(rows, max_size=30), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_the_caps_act_on_the_union_however_it_was_cut(one, two, pairs, distinct):
    def capped(records):
        profile = PurchaseProfile.of(framed(records), WEEKLY)
        return replace(profile, amounts=replace(profile.amounts, pair_cap=pairs, distinct_cap=distinct))

    added, swapped, whole = capped(one) + capped(two), capped(two) + capped(one), capped(one + two)

    assert added == swapped == whole
    assert added.amounts.settled().detail == whole.amounts.settled().detail


@given(st.lists(rows, min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_counts_are_those_of_plain_python(records):
    profile = PurchaseProfile.of(framed(records), WEEKLY)

    amounts, ages = (numbers(profile, column) for column in (Column.PURCHASE_AMOUNT, Column.CUSTOMER_AGE))
    assert dict(zip(amounts.units.tolist(), amounts.counts.tolist(), strict=True)) == Counter(
        record[1] for record in records if record[1] is not None
    )
    assert amounts.nulls == sum(record[1] is None for record in records)
    assert dict(zip(ages.units.tolist(), ages.counts.tolist(), strict=True)) == Counter(
        record[3] for record in records if record[3] is not None
    )
    mondays = Counter((record[0].date() - timedelta(record[0].weekday())).toordinal() for record in records)
    assert profile.rows_per_window() == dict(sorted(mondays.items()))
    paid = cells.unpacked(profile.tally, CountTable.PAYMENT)
    names = [None, *profile.words.payment]
    counted = Counter()
    money = Counter()
    for value, count, worth in zip(paid.value, paid.rows, paid.cents, strict=True):
        counted[names[value]] += count
        money[names[value]] += worth
    assert counted == Counter(record[5] for record in records)
    expected = Counter()
    for record in records:
        expected[record[5]] += record[1] if record[1] is not None and record[1] < 2**36 else 0
    assert money == expected


@given(st.lists(rows, max_size=30), st.sampled_from([(10**9, 10**9), (3, 10**9), (10**9, 2)]))
@settings(max_examples=40, deadline=None)
def test_a_frame_reads_back_as_the_profile_in_whatever_order_its_rows_are(records, caps):
    profile = PurchaseProfile.of(framed(records), WEEKLY).with_quarantined({"structure": 3, "null:country_code": 0})
    profile = replace(profile, amounts=replace(profile.amounts, pair_cap=caps[0], distinct_cap=caps[1])).settled()

    frame = to_frame(profile)
    back = from_frame(frame.sample(frac=1, random_state=1))

    assert back == profile
    assert to_frame(back).equals(frame)
    assert tuple(frame.columns) == FRAME_COLUMNS


def test_profiles_by_chunks_of_any_size_are_the_same_bytes(purchases):
    frame = purchases(3_000, 1)

    written = []
    for size in (7, 1_000, 3_000):
        parts = [PurchaseProfile.of(frame.iloc[at : at + size], WEEKLY) for at in range(0, 3_000, size)]
        written.append(to_frame(sum(parts, PurchaseProfile())).to_csv(index=False))

    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize("caps", [(10**9, 10**9), (1_000, 10**9), (10**9, 1_000)])
@pytest.mark.parametrize("piece_rows", [1, 997, 10**6])
def test_pieces_of_a_frame_of_any_size_are_the_frame_of_the_settled_profile(purchases, monkeypatch, caps, piece_rows):
    amounts = AmountCounts(pair_cap=caps[0], distinct_cap=caps[1])
    frame = purchases(1_500 if piece_rows > 1 else 40, 1)
    parts = [PurchaseProfile.of(frame.iloc[at : at + 100], WEEKLY) for at in range(0, len(frame), 100)]
    profile = sum(parts, PurchaseProfile(WEEKLY, amounts=amounts)).with_quarantined({"structure": 2})
    monkeypatch.setattr(frames, "PIECE_ROWS", piece_rows)

    pieces = list(frames.to_chunks(profile))

    whole = to_frame(profile.settled())
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)
    assert {len(piece) for piece in pieces[:-1]} <= {piece_rows}


def test_profiling_leaves_the_chunk_as_it_was_and_gives_the_same_twice(purchases):
    frame = purchases(500, 1)
    before = frame.copy(deep=True)

    first, second = PurchaseProfile.of(frame, WEEKLY), PurchaseProfile.of(frame, WEEKLY)

    assert first == second
    assert frame.equals(before)
    assert hash(first) == hash(second)
    assert first != "a profile"
    assert first.tally != 1
    assert first.amounts != 1
    assert len({first.tally, second.tally, first.amounts, second.amounts}) == 2


@pytest.mark.parametrize("age", ["float64", "Int16", "int64[pyarrow]"])
@pytest.mark.parametrize("text", ["object", "category", "string[pyarrow]"])
def test_every_dtype_of_a_column_gives_the_same_profile(age, text):
    frame = framed(
        [
            (pd.Timestamp("2024-01-03"), 100, "DE", 30, "food", "card"),
            (pd.Timestamp("2024-01-04"), 5, None, None, "toys", None),
        ]
    )

    typed = frame.astype({"customer_age": age, "country_code": text, "payment_type": text})

    assert PurchaseProfile.of(typed, WEEKLY) == PurchaseProfile.of(frame, WEEKLY)


def test_a_law_bites_where_a_part_of_one_row_is_dropped(purchases):
    frame = purchases(101, 1)
    parts = [part for part in in_parts(frame, [50, 51]) if len(part) > 1]

    assert sum((PurchaseProfile.of(part, WEEKLY) for part in parts), PurchaseProfile()) != PurchaseProfile.of(
        frame, WEEKLY
    )


def test_whole_money_stays_exact_where_a_chunk_is_worth_more_than_a_float_can_hold():
    worth = 2**36 - 1
    records = [(pd.Timestamp("2024-01-03"), worth, "DE", 30, "food", "card")] * (1 << 18)

    profile = PurchaseProfile.of(framed(records), WEEKLY)

    assert cells.unpacked(profile.tally, CountTable.PAYMENT).cents.tolist() == [worth << 18]


def test_sparse_chunks_and_far_dates_are_counted_like_others():
    dates = ["0001-01-01", "2024-01-01", "9999-12-31", None]
    records = [
        (None if date is None else np.datetime64(date, "us"), 100, f"C{at}", 10 * at + 10, "food", "card")
        for at, date in enumerate(dates)
    ]
    frame = framed([(pd.Timestamp("2024-01-01"), *record[1:]) for record in records])
    frame["purchase_date"] = np.array(
        ["NaT" if record[0] is None else record[0] for record in records], "datetime64[us]"
    )

    profile = PurchaseProfile.of(frame, ProfileShape(Period.DAY, 2))

    assert profile.rows_per_window() == {0: 1, 1: 1, 738_886: 1, 3_652_059: 1}
    assert from_frame(to_frame(profile)) == profile


def test_a_dense_histogram_too_large_for_its_rows_is_ranked_first():
    places = np.arange(40) * 7
    columns = {CountTable.COUNTRY: places + 1, CountTable.AGE: places, CountTable.CATEGORY: places * 1_000}

    tally = cells.counted(places + 5, places + 1, columns, np.ones(40, np.int64))

    assert cells.unpacked(tally, CountTable.CATEGORY).value.tolist() == (places * 1_000).tolist()
    assert cells.unpacked(tally, CountTable.CATEGORY).segment.tolist() == (places + 1).tolist()


@pytest.mark.parametrize(
    ("period", "expected"),
    [(Period.DAY, "2024-02-29"), (Period.WEEK, "2024-02-26"), (Period.MONTH, "2024-02-01")],
)
def test_a_window_is_named_by_its_first_day(period, expected):
    codes = window_codes(np.array(["2024-02-29T23:59:59", "NaT"], "datetime64[us]"), period)

    assert [named_window(int(code)) for code in codes] == [expected, "no date"]
    assert window_dates(codes)[0] == np.datetime64(expected)
    assert np.isnat(window_dates(codes)[1])


def test_bucketed_amounts_keep_an_exact_mean_and_say_their_bound(purchases):
    profile = PurchaseProfile.of(purchases(2_000, 1), WEEKLY)
    coarse = replace(profile, amounts=replace(profile.amounts, distinct_cap=10)).settled()

    exact, rough = (numbers(each, Column.PURCHASE_AMOUNT) for each in (profile, coarse))

    assert profile.approximate is None
    assert coarse.approximate == 2**-7
    assert abs(rough.quantile(50) / exact.quantile(50) - 1) < 2**-7
    assert rough.rows == exact.rows
    values = window_values(coarse, Column.PURCHASE_AMOUNT)
    assert round(float((values.value * values.rows).sum()) * 100) == exact._sum(1)


def test_profiles_of_any_two_details_add_to_the_coarser_one(purchases):
    def at_detail(frame, caps):
        profile = PurchaseProfile.of(frame, WEEKLY)
        return replace(profile, amounts=replace(profile.amounts, pair_cap=caps[0], distinct_cap=caps[1])).settled()

    frames, caps = (purchases(300, 1), purchases(300, 2)), [(10**9, 10**9), (50, 10**9), (10**9, 50)]
    both = pd.concat(frames, ignore_index=True)

    for one in caps:
        for two in caps:
            added = (at_detail(frames[0], one) + at_detail(frames[1], two)).settled()

            assert added == at_detail(both, (min(one[0], two[0]), min(one[1], two[1])))
            assert added.amounts.detail == max(caps.index(one), caps.index(two))


def test_profiles_of_different_shape_are_refused_with_both_shapes(purchases):
    weekly = PurchaseProfile.of(purchases(10, 1), WEEKLY)
    daily = PurchaseProfile.of(purchases(10, 1), ProfileShape(Period.DAY, 2))

    with pytest.raises(ProfileError, match="windows of a week and 2 decimals; found windows of a day"):
        _ = weekly + daily


def test_another_schema_version_is_refused_by_name(purchases):
    frame = to_frame(PurchaseProfile.of(purchases(10, 1), WEEKLY))
    other = frame.assign(number=frame["number"].mask(frame["column"] == "schema_version", 99))

    with pytest.raises(ProfileError, match="expected schema_version 1; found 99"):
        from_frame(other)
    with pytest.raises(ProfileError, match="no schema_version"):
        from_frame(frame[frame["column"] != "schema_version"])
    with pytest.raises(ProfileError, match="none named 'number'"):
        from_frame(frame.drop(columns="number"))
    with pytest.raises(ProfileError, match="a profile of some delivery"):
        to_frame(PurchaseProfile())


def test_an_unknown_period_is_refused():
    with pytest.raises(SettingError, match=r"profile\.period"):
        ProfileShape("fortnight", 2)


def test_quarantined_rows_are_added_per_reason(purchases):
    profile = PurchaseProfile.of(purchases(10, 1), WEEKLY)

    both = profile.with_quarantined({"structure": 2}) + profile.with_quarantined(
        {"structure": 1, "null:country_code": 4}
    )

    assert both.quarantined == (("null:country_code", 4), ("structure", 3))
    assert both.within(frozenset()).rows() == 0


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, -1, NULL_CENTS, PLAIN_CENTS - 1]) | st.integers(0, PLAIN_CENTS - 1)))
def test_an_amounts_octave_counts_its_bits(cents):
    expected = [{-1: LARGE_OCTAVE, NULL_CENTS: cells.NULL}.get(each, each.bit_length() + 1) for each in cents]

    assert octave_of(np.array(cents, np.int64)).tolist() == expected
