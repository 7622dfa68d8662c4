"""The job of ``job.py`` by pandas in chunks, with care: ``pandas_job.py CSV FOLDER``.

Columns of few values are read as categories and judged once per value, the others are Arrow strings; the whole table
is never in memory, but the ids seen, the distinct customers of each group and the amounts are. pandas takes a ragged
record for a whole one, so Python's ``csv`` counts the fields first.
"""

import csv as csv_reader
import re
import sys
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from job import AGE_MAX, AGE_MIN, AMOUNT_MAX, COLUMNS, PERCENTILES, SPELLINGS, WHITE_SPACE, Answer, Group

CHUNK_ROWS = 500_000
INTEGER = r"[+-]?[0-9]{1,18}"
DECIMAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
CENTS = r"[0-9]{1,12}(?:\.[0-9]{0,2})?"
MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)?"

TEXT, FEW = "string[pyarrow]", "category"
DTYPES = {
    "customer_id": TEXT,
    "purchase_id": TEXT,
    "product_category": FEW,
    "purchase_amount": TEXT,
    "purchase_date": TEXT,
    "country_code": FEW,
    "customer_age": FEW,
    "payment_type": FEW,
}
SCHEMA = pa.schema(
    {
        "customer_id": pa.int64(),
        "purchase_id": pa.string(),
        "product_category": pa.string(),
        "purchase_amount": pa.int64(),
        "purchase_date": pa.timestamp("us"),
        "country_code": pa.string(),
        "customer_age": pa.int16(),
        "payment_type": pa.string(),
    }
)
GROUP = ["country_code", "product_category"]


def ragged_records(csv: str) -> tuple[int, np.ndarray]:
    """How many records there are, and the numbers (from 0) of those that have not eight fields."""
    records, ragged = 0, []
    with Path(csv).open(encoding="utf-8", newline="") as lines:
        reader = csv_reader.reader(lines)
        next(reader)
        for record in reader:
            if not record:
                continue
            if len(record) != len(COLUMNS):
                ragged.append(records)
            records += 1
    return records, np.array(ragged, np.int64)


def few(column: pd.Series) -> pd.Series:
    """A category column, stripped; empty is null."""
    names = {one: one.strip(WHITE_SPACE) or None for one in column.cat.categories}
    return column.map(names).astype(FEW)


def integers(text: pd.Series) -> pd.Series:
    """Integer literals, null where there is none."""
    return text.where(text.str.fullmatch(INTEGER)).str.removeprefix("+").astype("Int64")


def cents(text: pd.Series) -> pd.Series:
    """Amounts in whole cents, null where there is none or it is below 0."""
    plain = text.str.fullmatch(CENTS).to_numpy(bool)
    found = (pd.to_numeric(text.where(plain)).astype("Float64") * 100).round().astype("Int64")
    unusual = text[~plain & text.str.fullmatch(DECIMAL).to_numpy(bool)]
    found[unusual.index] = [exact_cents(one) for one in unusual]
    return found


def exact_cents(text: str) -> int | None:
    """One decimal in cents, rounded half-even; null below 0 and beyond :data:`AMOUNT_MAX`."""
    value = Decimal(text)
    return int(value.scaleb(2).quantize(Decimal(1), ROUND_HALF_EVEN)) if 0 <= value <= AMOUNT_MAX else None


def type_purchases(raw: pd.DataFrame) -> pd.DataFrame:
    """Typed purchases without a fault."""
    text = {name: raw[name].str.strip(WHITE_SPACE) for name, kind in DTYPES.items() if kind == TEXT}
    dates = text["purchase_date"].where(text["purchase_date"].str.fullmatch(MOMENT))
    ages = few(raw["customer_age"])
    years = {one: int(one) if re.fullmatch(INTEGER, one) else -1 for one in ages.cat.categories}
    typed = pd.DataFrame(
        {
            "customer_id": integers(text["customer_id"]),
            "purchase_id": text["purchase_id"],
            "product_category": few(raw["product_category"]),
            "purchase_amount": cents(text["purchase_amount"]),
            "purchase_date": pd.to_datetime(dates, format="ISO8601", errors="coerce").dt.as_unit("us"),
            "country_code": few(raw["country_code"]).map(SPELLINGS).astype(FEW),
            "customer_age": ages.map(years).astype("Int64"),
            "payment_type": few(raw["payment_type"]),
        }
    )
    needed = ["customer_id", "product_category", "purchase_amount", "purchase_date", "country_code"]
    valid = typed[needed].notna().all(axis=1) & (typed["customer_id"] > 0) & (typed["purchase_id"] != "")
    return typed[(valid & typed["customer_age"].between(AGE_MIN, AGE_MAX).fillna(value=True)).to_numpy(bool)]


def not_seen(ids: pd.Series, seen: set[str]) -> np.ndarray:
    """Which ids come for the first time; they are seen from now on."""
    fresh = np.zeros(len(ids), bool)
    for place, one in enumerate(ids):
        if one not in seen:
            seen.add(one)
            fresh[place] = True
    return fresh


def whole_chunks(csv: str, ragged: np.ndarray) -> Iterator[pd.DataFrame]:
    """The records of eight fields, as text."""
    chunks = pd.read_csv(csv, usecols=list(COLUMNS), dtype=DTYPES, keep_default_na=False, chunksize=CHUNK_ROWS)
    for chunk in chunks:
        yield chunk.drop(index=ragged[np.isin(ragged, chunk.index)]).reset_index(drop=True)


def summarise(amounts: np.ndarray) -> dict[str, float]:
    """The figures of all amounts in cents."""
    return {
        "count": len(amounts),
        "mean": float(amounts.mean()),
        "standard_deviation": float(amounts.std(ddof=1)),
        "min": int(amounts.min()),
        "max": int(amounts.max()),
        **{f"p{p}": float(np.percentile(amounts, p)) for p in PERCENTILES},
    }


def main(csv: str, folder: Path) -> None:
    """Do the job."""
    records, ragged = ragged_records(csv)
    seen: set[str] = set()
    totals, customers, amounts, valid_rows = [], [], [], 0
    with pq.ParquetWriter(folder / "clean.parquet", SCHEMA, compression="lz4") as writer:
        for raw in whole_chunks(csv, ragged):
            valid = type_purchases(raw)
            clean = valid[not_seen(valid["purchase_id"], seen)]
            writer.write_table(pa.Table.from_pandas(clean, preserve_index=False).cast(SCHEMA))
            valid_rows += len(valid)
            grouped = clean.groupby(GROUP, observed=True)["purchase_amount"]
            totals.append(grouped.agg(["sum", "size"]))
            customers.append(clean[[*GROUP, "customer_id"]].astype(dict.fromkeys(GROUP, TEXT)).drop_duplicates())
            amounts.append(clean["purchase_amount"].to_numpy(np.int64))
    revenue = pd.concat(one.reset_index().astype(dict.fromkeys(GROUP, TEXT)) for one in totals)
    revenue = revenue.groupby(GROUP).sum().rename(columns={"sum": "cents", "size": "orders"})
    pairs = pd.concat(customers).astype(dict.fromkeys(GROUP, FEW)).drop_duplicates()
    revenue["customers"] = pairs.groupby(GROUP, observed=True).size()
    revenue["average_basket"] = revenue["cents"] / revenue["orders"]
    figures = summarise(np.concatenate(amounts))
    revenue.reset_index().to_parquet(folder / "revenue.parquet")
    pd.DataFrame([figures]).to_parquet(folder / "summary.parquet")
    rows = revenue.reset_index()[[*GROUP, "cents", "orders", "customers"]].astype(object)
    groups = tuple(Group(*one) for one in rows.itertuples(index=False))
    clean_rows = int(revenue["orders"].sum())
    Answer(records, clean_rows, records - valid_rows, valid_rows - clean_rows, groups, figures).write(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
