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
    merge_rare,
    psi,
    share_changes,
    total_variation,
)
from customer_analytics.core.drift.statistics.noise import dispersion_ratio
from customer_analytics.core.drift.statistics.numeric import NumberCounts, decile_edges, ks, wasserstein
from customer_analytics.core.drift.statistics.shares import compare_shares
from customer_analytics.core.drift.statistics.significance import (
    benjamini_hochberg,
    kolmogorov_p,
    student_p,
    wilson_interval,
)

DEEQU_BASELINE = np.array([428, 425, 414, 427, 440, 447, 380, 386, 444, 386])
DEEQU_CURRENT = np.array([426, 437, 429, 391, 469, 433, 360, 443, 371, 418])

pairs_of_counts = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=12).filter(
    lambda pairs: all(sum(side) > 0 for side in zip(*pairs, strict=True))
)
samples = st.lists(st.integers(0, 300), min_size=2, max_size=60)


def count_numbers(values, scale=1):
    units, counts = np.unique(np.asarray(values, np.int64), return_counts=True)
    return NumberCounts(units, counts.astype(np.int64), 0, scale)


def split_sides(pairs):
    return tuple(np.array(side) for side in zip(*pairs, strict=True))


def test_psi_is_that_of_deequ():
    assert float(psi(DEEQU_BASELINE, DEEQU_CURRENT, smoothing=0)) == pytest.approx(0.007406694184014186, rel=1e-12)


def test_scaled_counts_have_no_distance():
    baseline, tenfold = DEEQU_BASELINE, DEEQU_BASELINE * 10

    assert float(psi(baseline, tenfold, smoothing=0)) == 0
    assert float(psi(baseline, tenfold)) < 1e-8
    assert total_variation(baseline, tenfold) == 0
    assert jensen_shannon(baseline, tenfold) == 0
    assert cramers_v(baseline, tenfold) == 0
    assert chi_square(baseline, tenfold).statistic == 0


def test_swapped_shares_of_two_categories_have_a_psi_above_the_usual_limit():
    assert float(psi(np.array([700, 200, 100]), np.array([200, 700, 100]))) > 0.25


def test_the_largest_change_of_share_is_that_of_deequ():
    same_categories = share_changes(np.array([10, 20, 25, 10, 5]), np.array([11, 20, 25, 10, 10]))
    with_new_category = share_changes(np.array([10, 20, 25, 10, 5, 0]), np.array([20, 0, 25, 10, 10, 11]))

    assert np.abs(same_categories).max() == pytest.approx(0.06015037593984962, rel=1e-12)
    assert np.abs(same_categories).argmax() == 4
    assert np.abs(with_new_category).max() == pytest.approx(0.2857142857142857, rel=1e-12)


def test_ks_and_wasserstein_have_their_textbook_values():
    assert ks(count_numbers([1, 2, 3, 4]), count_numbers([2, 3, 4, 5]))[0] == 0.25
    assert wasserstein(count_numbers([0, 1, 3]), count_numbers([5, 6, 8])) == 5


def test_chi_square_of_homogeneity_is_the_known_one():
    statistic, df, p = chi_square(np.array([4, 3, 0]), np.array([3, 2, 2]))

    assert statistic == pytest.approx(82 / 35, rel=1e-12)
    assert df == 2
    assert p == pytest.approx(0.3099238764710244, rel=1e-12)


def test_a_constant_column_has_no_distance_and_nothing_is_nan():
    baseline, current = np.array([50]), np.array([70])

    assert chi_square(baseline, current).p == 1
    assert cramers_v(baseline, current) == 0
    assert float(psi(baseline, current)) == 0
    assert ks(count_numbers([3, 3]), count_numbers([3]))[0] == 0
    assert wasserstein(count_numbers([3, 3]), count_numbers([3])) == 0
    assert decile_edges(count_numbers([3, 3])).tolist() == [3]


def test_disjoint_distributions_are_one_bit_apart():
    assert jensen_shannon(np.array([5, 0]), np.array([0, 9])) == 1
    assert total_variation(np.array([5, 0]), np.array([0, 9])) == 1
    assert cramers_v(np.array([500_000, 0]), np.array([0, 500_000])) == pytest.approx(1, abs=1e-5)


def test_huge_drift_at_a_million_rows_has_p_zero_and_no_nan():
    assert chi_square(np.array([10**6, 0]), np.array([0, 10**6])).p == 0
    assert kolmogorov_p(1.0, 5e5) == 0
    assert student_p(1e6, 1e6) == 0


def test_an_empty_side_gives_no_evidence():
    no_rows = np.zeros(3, np.int64)

    assert chi_square(no_rows, no_rows) == (0.0, 0, 1.0)
    assert cramers_v(no_rows, no_rows) == 0
    assert jensen_shannon(no_rows, no_rows) == 0
    assert cramers_v(np.array([1, 0]), np.array([0, 1])) == 0
    assert wilson_interval(0, 0) == (0, 1)
    assert count_numbers([]).mean() is None
    assert count_numbers([1]).variance() is None


@pytest.mark.parametrize("base", [1, 1_000_000, 10_000_000])
def test_means_and_deviations_are_those_that_nist_certifies(base):
    values = [base * 10 + 2] + [base * 10 + 1, base * 10 + 3] * 500

    column = count_numbers(values, scale=10)

    assert column.mean() == base + 0.2
    assert np.sqrt(column.variance()) == 0.1


def test_a_variance_is_exact_where_sums_of_squares_overflow_int64():
    column = count_numbers([100_000_000] * 999 + [100_000_001], scale=100)

    assert column.variance() == pytest.approx(1e-7, rel=1e-12)
    assert NumberCounts(np.array([0, 10**400], object), np.array([1, 1])).variance() == float("inf")


@given(samples, st.floats(0, 100))
@settings(max_examples=100, deadline=None)
def test_quantiles_are_those_of_numpy_to_the_last_bit(values, percent):
    assert count_numbers(values, 100).quantiles([percent / 100])[0] == np.percentile(np.array(values) / 100, percent)


@given(samples, samples)
@settings(max_examples=80, deadline=None)
def test_ks_and_wasserstein_are_those_of_scipy(baseline, current):
    sides = count_numbers(baseline), count_numbers(current)

    expected_ks = stats.ks_2samp(baseline, current, method="asymp").statistic
    assert ks(*sides)[0] == pytest.approx(expected_ks, abs=1e-12)
    assert wasserstein(*sides) == pytest.approx(stats.wasserstein_distance(baseline, current), abs=1e-9)
    assert ks(*sides)[0] == ks(*sides[::-1])[0]
    assert wasserstein(*sides) == pytest.approx(wasserstein(*sides[::-1]))


@given(pairs_of_counts)
@settings(max_examples=80, deadline=None)
def test_chi_square_and_jensen_shannon_are_those_of_scipy(pairs):
    baseline, current = split_sides(pairs)
    has_rows = baseline + current > 0

    expected = stats.chi2_contingency(np.array([baseline[has_rows], current[has_rows]]), correction=False)

    result = chi_square(baseline, current)
    assert result.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert result.df == expected.dof
    assert result.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    with np.errstate(invalid="ignore"):
        distance = np.nan_to_num(jensenshannon(baseline, current, base=2))
    assert jensen_shannon(baseline, current) == pytest.approx(distance**2, abs=1e-9)


@given(pairs_of_counts, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_distances_do_not_depend_on_the_order_of_categories_or_of_sides(pairs, shuffler):
    baseline, current = split_sides(pairs)
    shuffled = list(range(len(baseline)))
    shuffler.shuffle(shuffled)

    for measure in (psi, total_variation, jensen_shannon, cramers_v):
        assert float(measure(baseline, current)) == pytest.approx(
            float(measure(baseline[shuffled], current[shuffled])), abs=1e-9
        )
        assert float(measure(baseline, current)) == pytest.approx(float(measure(current, baseline)), abs=1e-9)
    assert share_changes(baseline, current) == pytest.approx(-share_changes(current, baseline))


def test_rare_categories_are_merged_for_the_test():
    baseline, current = merge_rare(np.array([500, 1, 2]), np.array([400, 3, 0]))

    assert baseline.tolist() == [500, 3]
    assert current.tolist() == [400, 3]


def test_bins_have_open_ends_and_one_for_nulls():
    column = NumberCounts(np.array([1, 5, 9]), np.array([2, 3, 4]), nulls=7)

    assert column.bin_counts(np.array([1.0, 5.0])).tolist() == [2, 3, 4, 7]


def test_adjusted_p_values_are_those_of_scipy():
    p = [0.01, 0.04, 0.03, 0.5, 0.0]

    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p).tolist())
    assert benjamini_hochberg([]) == []


def test_wilsons_interval_is_that_of_scipy():
    expected = stats.binomtest(20, 200_000).proportion_ci(method="wilson")

    assert wilson_interval(20, 200_000) == pytest.approx((expected.low, expected.high), rel=1e-9)


@given(st.integers(1, 999), st.integers(1, 999), st.integers(1_000, 2_000), st.integers(1_000, 2_000))
@settings(max_examples=80, deadline=None)
def test_shares_are_compared_as_by_the_chi_square_test_with_continuity_correction(
    baseline, current, baseline_size, current_size
):
    counts, sizes = np.array([baseline, current]), np.array([baseline_size, current_size])

    difference = compare_shares((baseline, current), (baseline_size, current_size), 1.0)

    expected = stats.chi2_contingency(np.array([counts, sizes - counts]), correction=True)
    assert difference.p == pytest.approx(expected.pvalue, rel=1e-6)
    assert difference.effect == current / current_size - baseline / baseline_size


def test_dispersion_widens_the_errors_of_a_share_by_its_root():
    plain, dispersed = (compare_shares((10, 30), (200, 300), dispersion) for dispersion in (1.0, 4.0))

    assert dispersed.error == pytest.approx(2 * plain.error)
    assert dispersed.null_error == pytest.approx(2 * plain.null_error)
    assert dispersed.p > plain.p


def test_shares_without_rows_or_without_variation_do_not_differ():
    assert compare_shares((0, 0), (0, 50), 1.0) == (0, 0, 0, 0, 0, 1)
    assert compare_shares((50, 50), (50, 50), 1.0) == (1, 1, 0, 0, 0, 1)


def test_the_dispersion_is_the_excess_of_squares_over_those_of_independent_rows():
    assert dispersion_ratio(np.array([6.0]), np.array([0.5]), 5).tolist() == [3]
    assert dispersion_ratio(np.array([0.1, 0.0, 1.0]), np.array([0.5, 0.0, 0.0]), 5).tolist() == [1, 1, 1]
    assert dispersion_ratio(np.array([1.0]), np.array([0.5]), 1).tolist() == [1]
