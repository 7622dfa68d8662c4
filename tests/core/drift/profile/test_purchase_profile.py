"""The profile of purchases: merge laws, exact counts, and the frame that it is written to and read from."""

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
from customer_analytics.core.drift.profile import frame_writer, packed_counts
from customer_analytics.core.drift.profile.amounts import LARGE_CENTS, NULL_CENTS, AmountCounts, Detail
from customer_analytics.core.drift.profile.frame_layout import FRAME_COLUMNS
from customer_analytics.core.drift.profile.frame_reader import from_frame
from customer_analytics.core.drift.profile.frame_writer import to_frame
from customer_analytics.core.drift.profile.packed_counts import CountTable
from customer_analytics.core.drift.profile.purchase_profile import (
    LARGE_OCTAVE,
    ProfileError,
    ProfileShape,
    PurchaseProfile,
    encode_octaves,
)
from customer_analytics.core.drift.profile.views import count_numbers, count_numbers_by_window
from customer_analytics.core.drift.profile.windows import Period, decode_windows, encode_windows, name_window
from customer_analytics.core.errors import SettingError

WEEKLY = ProfileShape(Period.WEEK, 2)

LARGEST_EXACT_CENTS, LARGE_AMOUNT_CENTS = 2**36 - 1, 2**36
cents = st.one_of(
    st.integers(0, 2_000),
    st.integers(0, 10**8),
    st.sampled_from([LARGEST_EXACT_CENTS, LARGE_AMOUNT_CENTS, 10**14]),
    st.none(),
)
rows = st.tuples(
    st.datetimes(pd.Timestamp("2023-12-25"), pd.Timestamp("2024-03-03")),
    cents,
    st.sampled_from(["DE", "FR", "NA", None]),
    st.one_of(st.none(), st.integers(10, 120)),
    st.sampled_from(["books", "food"]),
    st.sampled_from(["card", "cash", "crypto", None]),
)


def make_frame(tuples):
    """Return purchases of (date, cents, country, age, category, payment type)."""
    dates, cents, countries, ages, categories, payments = zip(*tuples, strict=True) if tuples else ([],) * 6
    return pd.DataFrame(
        {
            "purchase_date": pd.Series(dates, dtype="datetime64[us]"),
            "purchase_amount": pd.Series([np.nan if unit is None else unit / 100 for unit in cents], dtype="float64"),
            "country_code": pd.Series(countries, dtype=object),
            "customer_age": pd.array(ages, dtype="Int16"),
            "product_category": pd.Series(categories, dtype=object),
            "payment_type": pd.Series(payments, dtype=object).astype("category"),
        }
    )


def rows_by_unit(numbers):
    return dict(zip(numbers.units.tolist(), numbers.counts.tolist(), strict=True))


def with_caps(profile, pair_cap, distinct_cap):
    return replace(profile, amounts=replace(profile.amounts, pair_cap=pair_cap, distinct_cap=distinct_cap))


def cut_frame(frame, cuts):
    return [frame.iloc[low:high] for low, high in pairwise([0, *sorted(cuts), len(frame)])]


@given(st.lists(rows, max_size=40), st.lists(st.integers(0, 40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_profiles_of_any_chunks_merge_to_the_profile_of_all_rows(purchases, cuts):
    frame = make_frame(purchases)
    chunks = cut_frame(frame, [min(cut, len(frame)) for cut in cuts])
    profiles = [PurchaseProfile.of(chunk, WEEKLY) for chunk in chunks]

    forward, backward = sum(profiles, PurchaseProfile()), sum(reversed(profiles), PurchaseProfile())

    whole = PurchaseProfile.of(frame, WEEKLY)
    assert forward == whole == backward
    assert to_frame(forward).equals(to_frame(whole))


@given(st.lists(rows, max_size=20), st.lists(rows, max_size=20))
@settings(max_examples=30, deadline=None)
def test_merging_has_an_identity_and_is_commutative(first_purchases, second_purchases):
    first, second = (PurchaseProfile.of(make_frame(rows), WEEKLY) for rows in (first_purchases, second_purchases))

    assert first + PurchaseProfile() == first == PurchaseProfile() + first
    assert first + second == second + first


@given(st.lists(rows, max_size=30), st.lists(rows, max_size=30), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_caps_count_the_union_of_the_rows_however_they_are_cut(first, second, pair_cap, distinct_cap):
    def profile_with_caps(purchases):
        return with_caps(PurchaseProfile.of(make_frame(purchases), WEEKLY), pair_cap, distinct_cap)

    merged = profile_with_caps(first) + profile_with_caps(second)
    swapped = profile_with_caps(second) + profile_with_caps(first)

    whole = profile_with_caps(first + second)
    assert merged == swapped == whole
    assert merged.amounts.settled().detail == whole.amounts.settled().detail


@given(st.lists(rows, min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_counts_are_those_of_plain_python(purchases):
    profile = PurchaseProfile.of(make_frame(purchases), WEEKLY)

    amounts, ages = (count_numbers(profile, column) for column in (Column.PURCHASE_AMOUNT, Column.CUSTOMER_AGE))
    assert rows_by_unit(amounts) == Counter(cents for _, cents, *_ in purchases if cents is not None)
    assert amounts.nulls == sum(cents is None for _, cents, *_ in purchases)
    assert rows_by_unit(ages) == Counter(age for _, _, _, age, _, _ in purchases if age is not None)
    mondays = Counter((date.date() - timedelta(date.weekday())).toordinal() for date, *_ in purchases)
    assert profile.rows_per_window() == dict(sorted(mondays.items()))


@given(st.lists(rows, min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_rows_and_money_per_payment_type_are_those_of_plain_python(purchases):
    profile = PurchaseProfile.of(make_frame(purchases), WEEKLY)

    payment_types = [None, *profile.categories.payment]
    rows_by_type, cents_by_type = Counter(), Counter()
    cells = packed_counts.unpack_counts(profile.cell_sums, CountTable.PAYMENT)
    for code, count, cents in zip(cells.value, cells.rows, cells.cents, strict=True):
        rows_by_type[payment_types[code]] += count
        cents_by_type[payment_types[code]] += cents
    expected_cents = Counter()
    for _, cents, _, _, _, payment_type in purchases:
        expected_cents[payment_type] += cents if cents is not None and cents < LARGE_AMOUNT_CENTS else 0
    assert rows_by_type == Counter(payment_type for *_, payment_type in purchases)
    assert cents_by_type == expected_cents


@given(st.lists(rows, max_size=30), st.sampled_from([(10**9, 10**9), (3, 10**9), (10**9, 2)]))
@settings(max_examples=40, deadline=None)
def test_the_profile_is_read_back_from_its_frame_with_rows_in_any_order(purchases, caps):
    profile = with_caps(PurchaseProfile.of(make_frame(purchases), WEEKLY), *caps)
    profile = profile.with_quarantined({"structure": 3, "null:country_code": 0}).settled()

    frame = to_frame(profile)
    read_profile = from_frame(frame.sample(frac=1, random_state=1))

    assert read_profile == profile
    assert to_frame(read_profile).equals(frame)
    assert tuple(frame.columns) == FRAME_COLUMNS


def test_profiles_by_chunks_of_any_size_are_written_as_the_same_bytes(purchases):
    frame = purchases(3_000, 1)

    csv_by_size = {}
    for size in (7, 1_000, 3_000):
        profiles = [PurchaseProfile.of(frame.iloc[start : start + size], WEEKLY) for start in range(0, 3_000, size)]
        csv_by_size[size] = to_frame(sum(profiles, PurchaseProfile())).to_csv(index=False)

    assert csv_by_size[7] == csv_by_size[1_000] == csv_by_size[3_000]


@pytest.mark.parametrize("caps", [(10**9, 10**9), (1_000, 10**9), (10**9, 1_000)])
@pytest.mark.parametrize("rows_per_chunk", [1, 997, 10**6])
def test_chunks_of_any_size_concatenate_to_the_frame_of_the_settled_profile(
    purchases, monkeypatch, caps, rows_per_chunk
):
    amounts = AmountCounts(pair_cap=caps[0], distinct_cap=caps[1])
    frame = purchases(1_500 if rows_per_chunk > 1 else 40, 1)
    profiles = [PurchaseProfile.of(frame.iloc[start : start + 100], WEEKLY) for start in range(0, len(frame), 100)]
    profile = sum(profiles, PurchaseProfile(WEEKLY, amounts=amounts)).with_quarantined({"structure": 2})
    monkeypatch.setattr(frame_writer, "ROWS_PER_CHUNK", rows_per_chunk)

    chunks = list(frame_writer.to_chunks(profile))

    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), to_frame(profile.settled()))
    assert {len(chunk) for chunk in chunks[:-1]} <= {rows_per_chunk}


def test_profiling_a_chunk_twice_gives_equal_profiles_and_does_not_modify_it(purchases):
    frame = purchases(500, 1)
    copy = frame.copy(deep=True)

    first, second = PurchaseProfile.of(frame, WEEKLY), PurchaseProfile.of(frame, WEEKLY)

    assert first == second
    assert frame.equals(copy)
    assert hash(first) == hash(second)
    assert first != "a profile"
    assert first.cell_sums != 1
    assert first.amounts != 1
    assert len({first.cell_sums, second.cell_sums, first.amounts, second.amounts}) == 2


@pytest.mark.parametrize("age_dtype", ["float64", "Int16", "int64[pyarrow]"])
@pytest.mark.parametrize("text_dtype", ["object", "category", "string[pyarrow]"])
def test_every_dtype_of_a_column_gives_the_same_profile(age_dtype, text_dtype):
    frame = make_frame(
        [
            (pd.Timestamp("2024-01-03"), 100, "DE", 30, "food", "card"),
            (pd.Timestamp("2024-01-04"), 5, None, None, "toys", None),
        ]
    )

    typed = frame.astype({"customer_age": age_dtype, "country_code": text_dtype, "payment_type": text_dtype})

    assert PurchaseProfile.of(typed, WEEKLY) == PurchaseProfile.of(frame, WEEKLY)


def test_profiles_that_differ_in_one_row_are_not_equal(purchases):
    frame = purchases(101, 1)
    chunks = [chunk for chunk in cut_frame(frame, [50, 51]) if len(chunk) > 1]

    without_one_row = sum((PurchaseProfile.of(chunk, WEEKLY) for chunk in chunks), PurchaseProfile())

    assert without_one_row != PurchaseProfile.of(frame, WEEKLY)


def test_money_stays_exact_where_the_sum_of_a_chunk_exceeds_the_integers_of_a_float():
    purchases = [(pd.Timestamp("2024-01-03"), LARGEST_EXACT_CENTS, "DE", 30, "food", "card")] * (1 << 18)

    profile = PurchaseProfile.of(make_frame(purchases), WEEKLY)

    assert packed_counts.unpack_counts(profile.cell_sums, CountTable.PAYMENT).cents.tolist() == [
        LARGEST_EXACT_CENTS << 18
    ]


def test_dates_far_from_one_another_are_counted():
    dates = ["0001-01-01", "2024-01-01", "9999-12-31", None]
    purchases = [
        (pd.Timestamp("2024-01-01"), 100, f"C{row}", 10 * row + 10, "food", "card") for row in range(len(dates))
    ]
    frame = make_frame(purchases)
    frame["purchase_date"] = np.array(["NaT" if date is None else date for date in dates], "datetime64[us]")

    profile = PurchaseProfile.of(frame, ProfileShape(Period.DAY, 2))

    assert profile.rows_per_window() == {0: 1, 1: 1, 738_886: 1, 3_652_059: 1}
    assert from_frame(to_frame(profile)) == profile


def test_sparse_codes_are_counted_without_a_dense_histogram():
    codes = np.arange(40) * 7
    values_by_table = {CountTable.COUNTRY: codes + 1, CountTable.AGE: codes, CountTable.CATEGORY: codes * 1_000}

    cell_sums = packed_counts.count_cells(codes + 5, codes + 1, values_by_table, np.ones(40, np.int64))

    cells = packed_counts.unpack_counts(cell_sums, CountTable.CATEGORY)
    assert cells.value.tolist() == (codes * 1_000).tolist()
    assert cells.segment.tolist() == (codes + 1).tolist()


@pytest.mark.parametrize(
    ("period", "expected"),
    [(Period.DAY, "2024-02-29"), (Period.WEEK, "2024-02-26"), (Period.MONTH, "2024-02-01")],
)
def test_a_window_is_named_by_its_first_day(period, expected):
    codes = encode_windows(np.array(["2024-02-29T23:59:59", "NaT"], "datetime64[us]"), period)

    assert [name_window(int(code)) for code in codes] == [expected, "no date"]
    assert decode_windows(codes)[0] == np.datetime64(expected)
    assert np.isnat(decode_windows(codes)[1])


def test_bucketed_amounts_have_an_exact_sum_and_a_known_maximum_error(purchases):
    profile = PurchaseProfile.of(purchases(2_000, 1), WEEKLY)
    bucketed_profile = with_caps(profile, 10**9, 10).settled()

    exact, bucketed = (count_numbers(counts, Column.PURCHASE_AMOUNT) for counts in (profile, bucketed_profile))

    assert profile.approximate is None
    assert bucketed_profile.approximate == 2**-7
    assert abs(bucketed.quantiles([0.5])[0] / exact.quantiles([0.5])[0] - 1) < 2**-7
    assert bucketed.rows == exact.rows
    values = count_numbers_by_window(bucketed_profile, Column.PURCHASE_AMOUNT)
    assert round(float((values.value * values.rows).sum()) * 100) == int((exact.units * exact.counts).sum())


CAPS_BY_DETAIL = {Detail.EXACT: (10**9, 10**9), Detail.WHOLE_EXACT: (50, 10**9), Detail.BUCKETED: (10**9, 50)}


@pytest.mark.parametrize("first_detail", Detail)
@pytest.mark.parametrize("second_detail", Detail)
def test_profiles_of_any_two_details_merge_to_the_coarser_detail(purchases, first_detail, second_detail):
    def profile_with_caps(frame, caps):
        return with_caps(PurchaseProfile.of(frame, WEEKLY), *caps).settled()

    first_frame, second_frame = purchases(300, 1), purchases(300, 2)
    first_caps, second_caps = CAPS_BY_DETAIL[first_detail], CAPS_BY_DETAIL[second_detail]

    merged = (profile_with_caps(first_frame, first_caps) + profile_with_caps(second_frame, second_caps)).settled()

    smaller_caps = tuple(map(min, first_caps, second_caps))
    assert merged == profile_with_caps(pd.concat([first_frame, second_frame], ignore_index=True), smaller_caps)
    assert merged.amounts.detail == max(first_detail, second_detail)


def test_merging_profiles_of_different_shapes_is_an_error_that_names_both(purchases):
    weekly = PurchaseProfile.of(purchases(10, 1), WEEKLY)
    daily = PurchaseProfile.of(purchases(10, 1), ProfileShape(Period.DAY, 2))

    with pytest.raises(ProfileError, match="windows of a week and 2 decimals; found windows of a day"):
        _ = weekly + daily


def test_a_frame_of_another_version_or_without_needed_rows_or_columns_is_an_error(purchases):
    frame = to_frame(PurchaseProfile.of(purchases(10, 1), WEEKLY))
    frame_of_version_99 = frame.assign(number=frame["number"].mask(frame["column"] == "schema_version", 99))

    with pytest.raises(ProfileError, match="expected schema_version 1; found 99"):
        from_frame(frame_of_version_99)
    with pytest.raises(ProfileError, match="no schema_version"):
        from_frame(frame[frame["column"] != "schema_version"])
    with pytest.raises(ProfileError, match="none named 'number'"):
        from_frame(frame.drop(columns="number"))


def test_writing_the_identity_is_an_error():
    with pytest.raises(ProfileError, match="a profile of a delivery"):
        to_frame(PurchaseProfile())


def test_an_unknown_period_is_an_invalid_setting():
    with pytest.raises(SettingError, match=r"profile\.period"):
        ProfileShape("fortnight", 2)


def test_quarantined_rows_are_merged_per_reason(purchases):
    profile = PurchaseProfile.of(purchases(10, 1), WEEKLY)

    merged = profile.with_quarantined({"structure": 2}) + profile.with_quarantined(
        {"structure": 1, "null:country_code": 4}
    )

    assert merged.quarantined == (("null:country_code", 4), ("structure", 3))


def test_a_profile_of_no_windows_has_no_rows(purchases):
    profile = PurchaseProfile.of(purchases(10, 1), WEEKLY).with_quarantined({"structure": 2})

    without_windows = profile.select_windows(frozenset())

    assert without_windows.rows() == 0
    assert without_windows.quarantined == ()


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, -1, NULL_CENTS, LARGE_CENTS - 1]) | st.integers(0, LARGE_CENTS - 1)))
def test_the_octave_of_an_amount_is_its_bit_length_plus_one(cents):
    expected = [{-1: LARGE_OCTAVE, NULL_CENTS: packed_counts.NULL}.get(unit, unit.bit_length() + 1) for unit in cents]

    assert encode_octaves(np.array(cents, np.int64)).tolist() == expected
