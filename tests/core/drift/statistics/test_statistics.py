import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from customer_analytics.core.drift.statistics.categorical import (
    chi_square,
    cramers_v,
    jensen_shannon,
    psi,
    share_changes,
    total_variation,
    without_rare,
)
from customer_analytics.core.drift.statistics.numeric import NumberCounts, decile_edges, ks, wasserstein
from customer_analytics.core.drift.statistics.significance import benjamini_hochberg, kolmogorov_p, student_p, wilson

DEEQU_ONE = np.array([428, 425, 414, 427, 440, 447, 380, 386, 444, 386])
DEEQU_TWO = np.array([426, 437, 429, 391, 469, 433, 360, 443, 371, 418])

pairs_of_counts = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=12).filter(
    lambda pairs: all(sum(side) > 0 for side in zip(*pairs, strict=True))
)
samples = st.lists(st.integers(0, 300), min_size=2, max_size=60)


def counted(values, scale=1):
    units, counts = np.unique(np.asarray(values, np.int64), return_counts=True)
    return NumberCounts(units, counts.astype(np.int64), 0, scale)


def sides(pairs):
    return tuple(np.array(side) for side in zip(*pairs, strict=True))


def test_psi_is_that_of_deequ():
    assert float(psi(DEEQU_ONE, DEEQU_TWO, smoothing=0)) == pytest.approx(0.007406694184014186, rel=1e-12)


def test_scaled_counts_are_no_distance():
    one, ten = DEEQU_ONE, DEEQU_ONE * 10

    assert float(psi(one, ten, smoothing=0)) == 0
    assert float(psi(one, ten)) < 1e-8
    assert total_variation(one, ten) == 0
    assert jensen_shannon(one, ten) == 0
    assert cramers_v(one, ten) == 0
    assert chi_square(one, ten).statistic == 0


def test_swapped_shares_of_two_categories_pass_the_psi_of_a_failure():
    assert float(psi(np.array([700, 200, 100]), np.array([200, 700, 100]))) > 0.25


def test_the_largest_change_of_share_is_that_of_deequ():
    known = share_changes(np.array([10, 20, 25, 10, 5]), np.array([11, 20, 25, 10, 10]))
    fresh = share_changes(np.array([10, 20, 25, 10, 5, 0]), np.array([20, 0, 25, 10, 10, 11]))

    assert np.abs(known).max() == pytest.approx(0.06015037593984962, rel=1e-12)
    assert np.abs(known).argmax() == 4
    assert np.abs(fresh).max() == pytest.approx(0.2857142857142857, rel=1e-12)


def test_ks_and_wasserstein_have_their_textbook_values():
    assert ks(counted([1, 2, 3, 4]), counted([2, 3, 4, 5]))[0] == 0.25
    assert wasserstein(counted([0, 1, 3]), counted([5, 6, 8])) == 5


def test_chi_square_of_homogeneity_is_the_known_one():
    statistic, df, p = chi_square(np.array([4, 3, 0]), np.array([3, 2, 2]))

    assert statistic == pytest.approx(82 / 35, rel=1e-12)
    assert df == 2
    assert p == pytest.approx(0.3099238764710244, rel=1e-12)


def test_a_constant_column_has_no_distance_and_nothing_is_nan():
    one, two = np.array([50]), np.array([70])

    assert chi_square(one, two).p == 1
    assert cramers_v(one, two) == 0
    assert float(psi(one, two)) == 0
    assert ks(counted([3, 3]), counted([3]))[0] == 0
    assert wasserstein(counted([3, 3]), counted([3])) == 0
    assert decile_edges(counted([3, 3])).tolist() == [3]


def test_disjoint_distributions_are_one_bit_apart():
    assert jensen_shannon(np.array([5, 0]), np.array([0, 9])) == 1
    assert total_variation(np.array([5, 0]), np.array([0, 9])) == 1
    assert cramers_v(np.array([500_000, 0]), np.array([0, 500_000])) == pytest.approx(1, abs=1e-5)


def test_huge_drift_at_a_million_rows_has_p_zero_and_no_nan():
    assert chi_square(np.array([10**6, 0]), np.array([0, 10**6])).p == 0
    assert kolmogorov_p(1.0, 5e5) == 0
    assert student_p(1e6, 1e6) == 0


def test_an_empty_side_has_nothing_to_test():
    nothing = np.zeros(3, np.int64)

    assert chi_square(nothing, nothing) == (0.0, 0, 1.0)
    assert cramers_v(nothing, nothing) == 0
    assert jensen_shannon(nothing, nothing) == 0
    assert cramers_v(np.array([1, 0]), np.array([0, 1])) == 0
    assert wilson(0, 0) == (0, 1)
    assert counted([]).mean() is None
    assert counted([]).quantile(50) is None
    assert counted([1]).variance() is None


@pytest.mark.parametrize("base", [1, 1_000_000, 10_000_000])
def test_the_certified_means_and_deviations_of_nist_are_met(base):
    values = [base * 10 + 2] + [base * 10 + 1, base * 10 + 3] * 500

    column = counted(values, scale=10)

    assert column.mean() == base + 0.2
    assert np.sqrt(column.variance()) == 0.1


def test_sums_of_squares_leave_int64_and_the_answer_does_not():
    column = counted([100_000_000] * 999 + [100_000_001], scale=100)

    assert column.variance() == pytest.approx(1e-7, rel=1e-12)
    assert NumberCounts(np.array([0, 10**400], object), np.array([1, 1])).variance() == float("inf")


@given(samples, st.floats(0, 100))
@settings(max_examples=100, deadline=None)
def test_quantiles_are_those_of_numpy_to_the_last_bit(values, percent):
    assert counted(values, 100).quantile(percent) == np.percentile(np.array(values) / 100, percent)


@given(samples, samples)
@settings(max_examples=80, deadline=None)
def test_ks_and_wasserstein_are_those_of_scipy(one, two):
    first, second = counted(one), counted(two)

    assert ks(first, second)[0] == pytest.approx(stats.ks_2samp(one, two, method="asymp").statistic, abs=1e-12)
    assert wasserstein(first, second) == pytest.approx(stats.wasserstein_distance(one, two), abs=1e-9)
    assert ks(first, second)[0] == ks(second, first)[0]
    assert wasserstein(first, second) == pytest.approx(wasserstein(second, first))


@given(pairs_of_counts)
@settings(max_examples=80, deadline=None)
def test_chi_square_and_jensen_shannon_are_those_of_scipy(pairs):
    one, two = sides(pairs)
    some = one + two > 0

    expected = stats.chi2_contingency(np.array([one[some], two[some]]), correction=False)

    mine = chi_square(one, two)
    assert mine.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert mine.df == expected.dof
    assert mine.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    with np.errstate(invalid="ignore"):
        distance = np.nan_to_num(jensenshannon(one, two, base=2))
    assert jensen_shannon(one, two) == pytest.approx(distance**2, abs=1e-9)


@given(pairs_of_counts, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_distances_do_not_depend_on_the_order_of_categories_or_of_sides(pairs, shuffler):
    one, two = sides(pairs)
    mixed = list(range(len(one)))
    shuffler.shuffle(mixed)

    for measure in (psi, total_variation, jensen_shannon, cramers_v):
        assert float(measure(one, two)) == pytest.approx(float(measure(one[mixed], two[mixed])), abs=1e-9)
        assert float(measure(one, two)) == pytest.approx(float(measure(two, one)), abs=1e-9)
    assert share_changes(one, two) == pytest.approx(-share_changes(two, one))


def test_rare_categories_are_thrown_together_for_the_test():
    one, two = without_rare(np.array([500, 1, 2]), np.array([400, 3, 0]))

    assert one.tolist() == [500, 3]
    assert two.tolist() == [400, 3]


def test_bins_have_open_ends_and_one_for_nulls():
    column = NumberCounts(np.array([1, 5, 9]), np.array([2, 3, 4]), nulls=7)

    assert column.binned(np.array([1.0, 5.0])).tolist() == [2, 3, 4, 7]


def test_adjusted_p_values_are_those_of_scipy():
    p = [0.01, 0.04, 0.03, 0.5, 0.0]

    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p).tolist())
    assert benjamini_hochberg([]) == []


def test_wilson_is_that_of_scipy():
    expected = stats.binomtest(20, 200_000).proportion_ci(method="wilson")

    assert wilson(20, 200_000) == pytest.approx((expected.low, expected.high), rel=1e-9)
