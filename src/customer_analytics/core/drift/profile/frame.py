"""The profile as a tidy frame, and back: equal profiles are equal frames, byte for byte."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.aggregation.key_sums import KeySums, SortedRun
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime, Task
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.amounts import CENT_BITS, CENT_MASK, NULL_CENTS, AmountCounts
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CellCounts, CountTable, TextCategories
from customer_analytics.core.drift.profile.purchase_profile import (
    LARGE_OCTAVE,
    SCHEMA_VERSION,
    ProfileError,
    ProfileShape,
    PurchaseProfile,
)
from customer_analytics.core.drift.profile.windows import Period, window_codes, window_dates
from customer_analytics.core.errors import listed

I64 = npt.NDArray[np.int64]

FRAME_COLUMNS = ("window", "segment", "column", "detail", "value", "number", "count", "minor_units")
ALL = "all"
VALUE, BUCKET, WHOLE, ABOUT = "value", "bucket", "whole", "about"
QUARANTINED = "quarantined"

PIECE_ROWS = 1 << 17
"""Rows of the frame that are made at once."""

_PLACES = {
    (Column.COUNTRY_CODE, VALUE): CountTable.COUNTRY,
    (Column.CUSTOMER_AGE, VALUE): CountTable.AGE,
    (Column.PRODUCT_CATEGORY, VALUE): CountTable.CATEGORY,
    (Column.PAYMENT_TYPE, VALUE): CountTable.PAYMENT,
    (Column.CUSTOMER_AGE, BUCKET): CountTable.AGE_DECADE,
    (Column.PURCHASE_AMOUNT, BUCKET): CountTable.AMOUNT_OCTAVE,
}
_AT = {table: place for place, table in _PLACES.items()}


def to_frame(profile: PurchaseProfile) -> pd.DataFrame:
    """The state, one row per count, in a canonical order.

    Returns:
        ``window`` (datetime64[us], first day; NaT for no date or for what is not per window), ``segment`` (category;
        ``all`` for the whole delivery, a country, or null for rows without one), ``column`` (category), ``detail``
        (category; ``value`` exact, ``bucket`` its lower end, ``whole`` exact over all windows, ``about`` the profile
        itself), ``value`` (category, for text), ``number`` (Int64; minor units or years), ``count`` (int64, rows),
        ``minor_units`` (int64, money of those rows; 0 where it is number times count). Null is a row of its own with
        neither value nor number.

    Raises:
        ProfileError: The identity has no shape to write.
    """
    laid_out = _LaidOut.of(profile)
    return laid_out.frame(0, laid_out.total())


def to_chunks(profile: PurchaseProfile) -> Chunks:
    """The frame of :func:`to_frame` in pieces of :data:`PIECE_ROWS`, made while others are written; one at least."""
    return LocalChunks(_LaidOut.of(profile), LocalRuntime(threads=2))


def from_frame(frame: pd.DataFrame, where: str = "purchase_profile") -> PurchaseProfile:
    """The profile that :func:`to_frame` wrote; the order of rows does not matter.

    Args:
        frame: As it was written.
        where: What errors call it.

    Raises:
        ProfileError: Missing columns, no rows about the profile itself, or another schema version.
    """
    missing = [name for name in FRAME_COLUMNS if name not in frame.columns]
    if missing:
        raise ProfileError(where, f"columns {listed(FRAME_COLUMNS)}", f"none named {listed(missing)}", _AGAIN)
    shape = _shape(frame, where)
    words = TextCategories(*(tuple(sorted(set(_texts(frame, str(column))))) for column in _VOCABULARY))
    tally = KeySums.of_run(*_stacked([_cells_run(frame, table, words, shape) for table in CountTable]))
    refused = _where(frame, QUARANTINED, ABOUT)
    reasons = zip(refused["value"].astype(str), refused["count"], strict=True)
    profile = PurchaseProfile(shape, words, _read_amounts(frame, shape), tally)
    return profile.with_quarantined({name: int(rows) for name, rows in reasons}).settled()


_AGAIN = "profile that delivery again with this version, or name another baseline"
_VOCABULARY = (Column.COUNTRY_CODE, Column.PRODUCT_CATEGORY, Column.PAYMENT_TYPE)


class _Rows(NamedTuple):
    """Rows of the frame, coded: segment 0 is all and 1 is none, text 0 is null, number -1 is null."""

    window: I64
    segment: I64
    text: I64
    number: I64
    orders: I64
    money: I64


class _Part(NamedTuple):
    """Rows about one column in one detail: how many there are, their texts, and what makes a stretch of them."""

    column: str
    detail: str
    size: int
    texts: tuple[str, ...]
    rows: Callable[[slice], _Rows]


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A profile's parts one after another, and the categories of all of them; a source of chunks."""

    parts: list[_Part]
    countries: tuple[str, ...]
    columns: list[str]
    values: list[str]

    @classmethod
    def of(cls, profile: PurchaseProfile) -> "_LaidOut":
        if profile.shape is None:
            raise ProfileError("purchase_profile", "a profile of some delivery", "none", "profile a chunk first")
        every = [*_about(profile, profile.shape), *_amounts(profile.amounts.decided())]
        every += [_cells_part(profile.tally, table, profile.words) for table in CountTable]
        parts = [part for part in every if part.size]
        values = sorted({text for part in parts for text in part.texts})
        return cls(parts, profile.words.country, sorted({part.column for part in parts}), values)

    def total(self) -> int:
        return sum(part.size for part in self.parts)

    def tasks(self, _columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        bounds = [*range(0, self.total(), PIECE_ROWS), self.total()]
        return nullcontext(Task(partial(self.frame, start, stop), stop - start) for start, stop in pairwise(bounds))

    def frame(self, start: int, stop: int) -> pd.DataFrame:
        """The rows from ``start`` to ``stop``."""
        parts = list(self._between(start, stop))
        rows = [part.rows(at) for part, at in parts]
        sizes = [at.stop - at.start for _, at in parts]
        segments, names = (ALL, None, *self.countries), [(None, *part.texts) for part, _ in parts]
        return pd.DataFrame(
            {
                "window": np.concatenate([window_dates(each.window) for each in rows]),
                "segment": _categories(
                    [each.segment for each in rows], [segments] * len(rows), sorted({ALL, *self.countries})
                ),
                "column": _repeated([part.column for part, _ in parts], sizes, self.columns),
                "detail": _repeated([part.detail for part, _ in parts], sizes, [ABOUT, BUCKET, VALUE, WHOLE]),
                "value": _categories([each.text for each in rows], names, self.values),
                "number": pd.arrays.IntegerArray(*_numbers(rows)),
                "count": np.concatenate([each.orders for each in rows]),
                "minor_units": np.concatenate([each.money for each in rows]),
            },
            copy=False,
        )

    def _between(self, start: int, stop: int) -> Iterator[tuple[_Part, slice]]:
        """The stretch of each part that lies from ``start`` to ``stop``."""
        first = 0
        for part in self.parts:
            here = slice(max(start - first, 0), min(stop - first, part.size))
            if here.start < here.stop:
                yield part, here
            first += part.size


def _about(profile: PurchaseProfile, shape: ProfileShape) -> list[_Part]:
    facts = [
        _fact("schema_version", None, SCHEMA_VERSION, 1),
        _fact("period", str(shape.period), -1, 1),
        _fact("amount_decimals", None, shape.amount_decimals, 1),
    ]
    return facts + [_fact(QUARANTINED, name, -1, rows) for name, rows in profile.quarantined]


def _fact(column: str, text: str | None, number: int, count: int) -> _Part:
    nothing, texts = np.zeros(1, np.int64), () if text is None else (text,)
    return _at_hand(
        column, ABOUT, texts, _Rows(nothing, nothing, nothing + len(texts), nothing + number, nothing + count, nothing)
    )


def _at_hand(column: str, detail: str, texts: tuple[str, ...], rows: _Rows) -> _Part:
    return _Part(column, detail, len(rows.orders), texts, lambda at: _Rows(*(each[at] for each in rows)))


def _amounts(amounts: AmountCounts) -> Iterator[_Part]:
    column = str(Column.PURCHASE_AMOUNT)
    for tally, detail in ((amounts.exact, VALUE), (amounts.whole, WHOLE), (amounts.buckets, BUCKET)):
        for block in tally.blocks():
            for window in block.groups(CENT_BITS):
                size = len(block.group(window, CENT_BITS).keys)
                yield _Part(column, detail, size, (), partial(_amount_rows, block, window))
    windows, counts = (
        np.array(each, np.int64)
        for each in ([key[0] for key, _ in amounts.large], [count for _, count in amounts.large])
    )
    texts = tuple(str(cents) for (_, cents), _ in amounts.large)
    nothing, places = np.zeros_like(counts), np.arange(1, len(counts) + 1)
    yield _at_hand(column, VALUE, texts, _Rows(windows, nothing, places, nothing - 1, counts, nothing))


def _amount_rows(tally: KeySums, window: int, at: slice) -> _Rows:
    run = tally.group(window, CENT_BITS)
    keys = run.keys[at]
    nothing, cents = np.zeros_like(keys), keys & CENT_MASK
    count, money = (*(each[at] for each in run.sums), nothing)[:2]
    return _Rows(keys >> CENT_BITS, nothing, nothing, np.where(cents == NULL_CENTS, -1, cents), count, money)


def _cells_part(tally: KeySums, table: CountTable, words: TextCategories) -> _Part:
    column, detail = _AT[table]
    texts = words.of(table) if table in TEXT_TABLES else ()
    run = cells.run_of(tally, table)
    return _Part(str(column), detail, len(run.keys), texts, partial(_cell_rows, run, table))


def _cell_rows(run: SortedRun, table: CountTable, at: slice) -> _Rows:
    found = cells.cells_of(SortedRun(run.keys[at], tuple(each[at] for each in run.sums)))
    nothing = np.zeros_like(found.value)
    if table in TEXT_TABLES:
        text, number = found.value, nothing - 1
    else:
        text, number = nothing, np.where(found.value == cells.NULL, -1, _lower_ends(table)(found.value))
    return _Rows(found.window, found.segment, text, number, found.rows, found.cents)


def _categories(codes: list[I64], names: list[tuple[str | None, ...]], categories: list[str]) -> pd.Categorical:
    """Codes into names of each part as codes into the sorted categories."""
    place = {name: code for code, name in enumerate(categories)}
    kind = np.int16 if len(categories) < np.iinfo(np.int16).max else np.int32
    recodes = [np.array([-1 if name is None else place[name] for name in each], kind) for each in names]
    recoded = [recode[code] for recode, code in zip(recodes, codes, strict=True)]
    return pd.Categorical.from_codes(np.concatenate(recoded), pd.Index(categories, dtype=object))


def _repeated(names: list[str], sizes: list[int], categories: list[str]) -> pd.Categorical:
    codes = np.array([categories.index(name) for name in names], np.int8)
    return pd.Categorical.from_codes(np.repeat(codes, sizes), pd.Index(categories, dtype=object))


def _numbers(rows: list[_Rows]) -> tuple[I64, npt.NDArray[np.bool_]]:
    number = np.concatenate([each.number for each in rows])
    null = number < 0
    number[null] = 0
    return number, null


def _lower_ends(table: CountTable) -> Callable[[I64], I64]:
    """Codes of a numeric table to the number that the frame shows."""
    if table is CountTable.AMOUNT_OCTAVE:
        return lambda code: np.where(code == 1, 0, 1 << np.clip(code - 2, 0, LARGE_OCTAVE))
    step = 10 if table is CountTable.AGE_DECADE else 1
    return lambda code: (code - 1) * step


def _where(frame: pd.DataFrame, column: str, detail: str) -> pd.DataFrame:
    return frame[((frame["column"] == column) & (frame["detail"] == detail)).to_numpy(bool)]


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    return [str(value) for value in _where(frame, column, VALUE)["value"].dropna().unique()]


def _shape(frame: pd.DataFrame, where: str) -> ProfileShape:
    facts = {name: _where(frame, name, ABOUT) for name in ("schema_version", "period", "amount_decimals")}
    version = [int(number) for number in facts["schema_version"]["number"].dropna()]
    if version != [SCHEMA_VERSION]:
        found = f"{version[0]}" if version else "no schema_version"
        raise ProfileError(where, f"schema_version {SCHEMA_VERSION}", found, _AGAIN)
    period, decimals = str(facts["period"]["value"].iloc[0]), int(facts["amount_decimals"]["number"].iloc[0])
    return ProfileShape(Period(period), decimals)


def _cells_run(frame: pd.DataFrame, table: CountTable, words: TextCategories, shape: ProfileShape) -> SortedRun:
    part = _where(frame, *map(str, _AT[table]))
    if table is CountTable.AMOUNT_OCTAVE:
        part = part[(part["segment"] != ALL).to_numpy(bool)]
    place = {ALL: cells.ALL_SEGMENTS} | {name: code for code, name in enumerate(words.country, cells.FIRST_SEGMENT)}
    segment = _codes(part["segment"], place, cells.NO_SEGMENT)
    found = CellCounts(
        window_codes(part["window"].to_numpy("datetime64[us]"), shape.period),
        segment,
        _value_codes(part, table, words),
        part["count"].to_numpy(np.int64),
        part["minor_units"].to_numpy(np.int64),
    )
    return SortedRun(cells.packed(found.window, found.segment, table, found.value), (found.rows, found.cents))


def _value_codes(part: pd.DataFrame, table: CountTable, words: TextCategories) -> I64:
    if table in TEXT_TABLES:
        return _codes(part["value"], {name: code for code, name in enumerate(words.of(table), 1)}, cells.NULL)
    number = part["number"].to_numpy(np.int64, na_value=-1)
    if table is CountTable.AMOUNT_OCTAVE:
        _, bits = np.frexp(number.astype(np.float64))
        return np.where(number < 0, cells.NULL, bits.astype(np.int64) + 1)
    step = 10 if table is CountTable.AGE_DECADE else 1
    return np.where(number < 0, cells.NULL, number // step + 1)


def _codes(column: pd.Series, place: dict[str, int], null: int) -> I64:
    codes, names = pd.factorize(column)
    return np.array([*(place[str(name)] for name in names), null], np.int64)[codes]


def _stacked(runs: list[SortedRun]) -> tuple[I64, I64, I64]:
    keys, rows, money = (np.concatenate(each) for each in zip(*((run.keys, *run.sums) for run in runs), strict=True))
    return keys, rows, money


def _read_amounts(frame: pd.DataFrame, shape: ProfileShape) -> AmountCounts:
    """Amounts, column by column: this is most of the frame, and a copy of its rows would double the memory."""
    amount = (frame["column"] == Column.PURCHASE_AMOUNT).to_numpy(bool) & (frame["segment"] == ALL).to_numpy(bool)
    tallies = []
    for detail, sums in ((VALUE, ("count",)), (WHOLE, ("count",)), (BUCKET, ("count", "minor_units"))):
        here = np.flatnonzero(amount & (frame["detail"] == detail).to_numpy(bool) & frame["value"].isna().to_numpy())
        keys = frame["number"].array.take(here).to_numpy(np.int64, na_value=NULL_CENTS)
        if detail != WHOLE:
            keys |= _windows(frame, here, shape) << CENT_BITS
        tallies.append(KeySums.of_run(keys, *(frame[name].to_numpy(np.int64)[here] for name in sums)))
    apart = np.flatnonzero(amount & frame["value"].notna().to_numpy())
    texts, rows = frame["value"].array.take(apart), frame["count"].to_numpy(np.int64)[apart]
    large = zip(_windows(frame, apart, shape).tolist(), texts, rows.tolist(), strict=True)
    counted = sorted(((window, int(str(cents))), count) for window, cents, count in large)
    return AmountCounts(tallies[0], tallies[1], tallies[2], tuple(counted))


def _windows(frame: pd.DataFrame, here: npt.NDArray[np.intp], shape: ProfileShape) -> I64:
    return window_codes(frame["window"].to_numpy("datetime64[us]")[here], shape.period)
