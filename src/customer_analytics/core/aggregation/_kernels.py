"""Compiled loops that count, sum and rank rows by integer keys and codes."""

import numpy as np

from customer_analytics.core.chunks._kernels import mix_bits
from customer_analytics.core.compiled import compiled
from customer_analytics.core.money._kernels import LOW_BITS, LOW_MASK

_DENSE_CODES = 1 << 14
"""``rank_codes`` uses a table if max - min of the codes is below this or below the number of rows; else it sorts."""

_DENSE_KEYS = 1 << 12
"""``count_keys`` uses a table if max - min of the keys is below this; else it sorts."""

_UINT32_MAX = np.iinfo(np.uint32).max


def rank_codes(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct codes (int64, ascending), and for each row the index of its code in this array (int64)."""
    lowest, highest = (int(codes.min()), int(codes.max())) if len(codes) else (0, 0)
    if highest - lowest < max(_DENSE_CODES, len(codes)):
        return _rank_dense(codes, lowest, highest)
    return np.unique(codes, return_inverse=True)


@compiled
def _rank_dense(codes: np.ndarray, lowest: int, highest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the result of :func:`rank_codes` for codes from ``lowest`` to ``highest``, both included."""
    rank = np.zeros(highest - lowest + 1, np.int64)
    for code in codes:
        rank[code - lowest] = 1
    distinct, count = np.empty(len(rank), np.int64), 0
    for offset in range(len(rank)):
        if rank[offset]:
            distinct[count], rank[offset] = lowest + offset, count
            count += 1
    positions = np.empty(len(codes), np.int64)
    for row in range(len(codes)):
        positions[row] = rank[codes[row] - lowest]
    return distinct[:count].copy(), positions


@compiled
def histogram(
    outer: np.ndarray, span: int, value: np.ndarray, cents: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the rows and sum the amounts per key; the key of a row is ``outer * span + value``.

    Args:
        outer: int64, from 0; the first part of each row's key.
        span: Exclusive upper bound of ``value``.
        value: int64, from 0; the second part of each row's key.
        cents: int64, the amount of each row in minor units; the sum of all amounts must fit into int64.
        size: Exclusive upper bound of the keys.

    Returns:
        Three int64 arrays: the keys that occur, ascending; the number of rows per key; the sum of ``cents`` per key.
    """
    rows, sums = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for row in range(len(outer)):
        key = outer[row] * span + value[row]
        rows[key] += 1
        sums[key] += cents[row]
    keys = np.flatnonzero(rows)
    return keys, rows[keys], sums[keys]


@compiled
def sum_by_code(units: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    """Count the rows and sum the amounts per code.

    Args:
        units: int64, the amount of each row in minor units; absolute values below ``2**53``.
        codes: int64, the code of each row, from 0 to ``size - 1``.
        size: Number of codes.

    Returns:
        int64, shape ``(3, size)``: the row count of each code, and two numbers that represent the sum of its
        amounts: ``high`` and ``low`` (see :func:`customer_analytics.core.money._kernels.join_sum`).
    """
    sums = np.zeros((3, size), np.int64)
    for row in range(len(codes)):
        sums[0, codes[row]] += 1
        sums[1, codes[row]] += units[row] >> LOW_BITS
        sums[2, codes[row]] += units[row] & LOW_MASK
    return sums


@compiled
def min_max_sum(values: np.ndarray, valid: np.ndarray) -> tuple[float, float, float]:
    """Return the minimum, the maximum and the sum (float64) of the valid values.

    Args:
        values: Numbers. At least one of them is valid. Valid values are not NaN.
        valid: bool, shape ``(rows,)``: false where a value is null. An empty array means that all values are valid.
    """
    first = 0
    while len(valid) > 0 and not valid[first]:
        first += 1
    minimum = maximum = values[first]
    total = 0.0
    for row in range(first, len(values)):
        if len(valid) == 0 or valid[row]:
            minimum, maximum = min(minimum, values[row]), max(maximum, values[row])
            total += values[row]
    return minimum, maximum, total


@compiled
def occurring_int16(values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return which int16 numbers occur among the valid values: bool, shape ``(65536,)``; entry 0 stands for -32768.

    Args:
        values: int16.
        valid: bool, shape ``(rows,)``: false where a value is null. An empty array means that all values are valid.
    """
    occurs = np.zeros(1 << 16, np.bool_)
    for row in range(len(values)):
        if len(valid) == 0 or valid[row]:
            occurs[values[row] + (1 << 15)] = True
    return occurs


def count_keys(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct keys in ascending order, and how often each of them occurs; both int64."""
    if not len(keys):
        return keys, keys
    lowest = keys.min()
    span = int(keys.max()) - int(lowest)
    if span < _DENSE_KEYS:
        counts = np.bincount(keys - lowest)
        offsets = np.flatnonzero(counts)
        return offsets + lowest, counts[offsets]
    if span > _UINT32_MAX:
        return _count_sorted(np.sort(keys))
    offsets, counts = _count_sorted(np.sort((keys - lowest).astype(np.uint32)))  # NumPy sorts uint32 faster than int64
    return offsets + lowest, counts


@compiled
def _count_sorted(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    distinct, starts = np.empty(len(keys), np.int64), np.empty(len(keys) + 1, np.int64)
    size = 0
    for row in range(len(keys)):
        if row == 0 or keys[row] != keys[row - 1]:
            distinct[size], starts[size] = keys[row], row
            size += 1
    starts[size] = len(keys)
    return distinct[:size].copy(), starts[1 : size + 1] - starts[:size]


@compiled
def merge_counts(
    left_keys: np.ndarray, left_counts: np.ndarray, right_keys: np.ndarray, right_counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Merge two tables of counts per key: a key that is in both tables gets the sum of its two counts.

    The keys of each table are distinct and ascending. Returns the keys (ascending) and the counts of the merged table.
    """
    size = len(left_keys) + len(right_keys) - _count_common(left_keys, right_keys)
    keys, counts = np.empty(size, np.int64), np.empty(size, np.int64)
    left = right = row = 0
    while left < len(left_keys) and right < len(right_keys):
        from_left, from_right = left_keys[left] <= right_keys[right], right_keys[right] <= left_keys[left]
        keys[row] = left_keys[left] if from_left else right_keys[right]
        counts[row] = left_counts[left] * from_left + right_counts[right] * from_right  # no branch to mispredict
        left, right, row = left + from_left, right + from_right, row + 1
    while left < len(left_keys):
        keys[row], counts[row] = left_keys[left], left_counts[left]
        left, row = left + 1, row + 1
    while right < len(right_keys):
        keys[row], counts[row] = right_keys[right], right_counts[right]
        right, row = right + 1, row + 1
    return keys, counts


@compiled
def _count_common(left_keys: np.ndarray, right_keys: np.ndarray) -> int:
    """Count the keys that are in both arrays; each array has distinct ascending keys."""
    left = right = common = 0
    while left < len(left_keys) and right < len(right_keys):
        left_key, right_key = left_keys[left], right_keys[right]
        left, right = left + (left_key <= right_key), right + (right_key <= left_key)
        common += left_key == right_key
    return common


@compiled
def partition_of_customers(customers: np.ndarray) -> np.ndarray:
    """Return the hash partition of each customer id (uint16, 0 to 255): the highest byte of the id's hash."""
    partitions = np.empty(len(customers), np.uint16)
    for row in range(len(customers)):
        partitions[row] = mix_bits(np.uint64(customers[row])) >> np.uint64(56)
    return partitions


@compiled
def count_customers_by_group(customers: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Count the distinct customers of each group; return int64, shape ``(count,)``.

    Rows must be sorted by customer. A row adds 1 to its group if the group's previous row has another customer.

    Args:
        customers: int64, the customer id of each row; above 0, ascending.
        groups: int64, the group of each row, from 0 to ``count - 1``.
        count: Number of groups.
    """
    previous, counts = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for row in range(len(customers)):
        group = groups[row]
        counts[group] += previous[group] != customers[row]
        previous[group] = customers[row]
    return counts
