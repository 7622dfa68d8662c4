"""The job of ``job.py`` by Polars' streaming engine: ``polars_job.py CSV FOLDER [--lenient]``.

Polars reads a short record as if its last fields were empty and cuts a long one, without a trace; a short record and
an empty last field look the same. So it is asked twice: for the field count of each record (``scan_lines``, cheap) and
for the values. ``--lenient`` leaves the first question out: ragged records then count as whole ones, as in most Polars
code, and the answer is wrong by about as many rows.

Measured and left out: ``replace_strict`` for the countries (it does not stream: 3 GB), ``collect_all`` of several
streamed answers over one scan (it keeps the scan in memory), ``unique(keep="first", maintain_order=True)`` (as fast,
half as much memory again), a semi-join on the least row of each id (slower), sinks without ``maintain_order``.
"""

import sys
from pathlib import Path

import polars as pl
from job import (
    AGE_MAX,
    AGE_MIN,
    AMOUNT_MAX,
    COLUMNS,
    COUNTRIES,
    CUSTOMER_MAX,
    PERCENTILES,
    WHITE_SPACE,
    Answer,
    Group,
)

COMMAS = len(COLUMNS) - 1
DATE, MINUTE, SECOND = len("2024-01-31"), len("2024-01-31 23:59"), len("2024-01-31 23:59:59")
LETTERS = 2
ROW, KEY = "row", "key"


def ragged_records(csv: str) -> pl.Series:
    """The numbers (from 0) of the records that have not eight fields."""
    line, quotes, commas = pl.col("line"), pl.col("quotes"), pl.col("commas")
    lines = (
        pl.scan_lines(csv)
        .with_columns(
            quotes=line.str.count_matches('"', literal=True), commas=line.str.count_matches(",", literal=True)
        )
        .with_columns(starts=(quotes.cum_sum() % 2).shift(1, fill_value=0) == 0)
        .with_columns(pl.col("starts").cum_sum().cast(pl.Int64).alias(ROW) - 2)
    )
    from_quote = pl.when("starts").then(line).otherwise(pl.lit('"') + line)
    outside = from_quote.str.replace_all('"[^"]*("|$)', "").str.count_matches(",", literal=True)
    ragged = (
        lines.filter(~pl.col("starts") | (quotes > 0) | (commas != COMMAS))
        .select(ROW, commas=outside)
        .group_by(ROW)
        .agg(commas.sum())
        .filter(commas != COMMAS)
    )
    return ragged.select(ROW).collect(engine="streaming")[ROW]


def parse_timestamps() -> pl.Expr:
    """The date, or null; a text is tried only in the format of its length."""
    text = pl.col("purchase_date")
    length, spaced = text.str.len_bytes(), text.str.replace("T", " ", literal=True)
    shapes = (
        (length == DATE, text, "%Y-%m-%d"),
        (length == MINUTE, spaced, "%Y-%m-%d %H:%M"),
        (length == SECOND, spaced, "%Y-%m-%d %H:%M:%S"),
        (length > SECOND, spaced, "%Y-%m-%d %H:%M:%S%.f"),
    )
    return pl.coalesce(
        pl.when(shaped).then(form).str.to_datetime(pattern, strict=False, time_unit="us")
        for shaped, form, pattern in shapes
    )


def country(name: str) -> pl.Expr:
    """The country's code, or null; only two ASCII letters have two bytes and two characters."""
    text = pl.col(name)
    upper = text.str.to_uppercase()
    two_letters = (text.str.len_bytes() == LETTERS) & (text.str.len_chars() == LETTERS)
    return pl.when(two_letters & upper.is_in(COUNTRIES)).then(upper).alias(name)


def valid_purchases(raw: pl.LazyFrame) -> pl.LazyFrame:
    """Typed purchases without a fault; ``purchase_amount`` in cents."""
    amount = pl.col("purchase_amount").cast(pl.Decimal(38, 12), strict=False)
    typed = raw.with_columns(pl.col(COLUMNS).str.strip_chars(WHITE_SPACE)).with_columns(
        pl.col("customer_id").cast(pl.Int64, strict=False),
        amount,
        parse_timestamps(),
        country("country_code"),
        pl.col("customer_age").cast(pl.Int16, strict=False),
        age_missing=pl.col("customer_age") == "",
        payment_type=pl.when(pl.col("payment_type") != "").then("payment_type"),
    )
    valid = typed.filter(
        pl.col("customer_id").is_between(1, CUSTOMER_MAX),
        pl.col("purchase_id") != "",
        pl.col("product_category") != "",
        pl.col("purchase_amount").is_between(0, AMOUNT_MAX),
        pl.col("purchase_date").is_not_null(),
        pl.col("country_code").is_not_null(),
        pl.col("age_missing") | pl.col("customer_age").is_between(AGE_MIN, AGE_MAX),
    )
    cents = (pl.col("purchase_amount").round(2, mode="half_to_even") * 100).cast(pl.Int64)
    return valid.select(ROW, *COLUMNS).with_columns(cents)


def keep_first_copies(valid: pl.LazyFrame) -> pl.LazyFrame:
    """One purchase for each id: the one that comes first.

    Rows whose id shares its 64-bit hash with another are few; only their ids are held, and compared.
    """
    key = pl.col("purchase_id").hash().alias(KEY)
    shared = valid.group_by(key).len().filter(pl.col("len") > 1).select(KEY).collect(engine="streaming")
    suspects = valid.select(ROW, "purchase_id", key).join(shared.lazy(), on=KEY, how="semi")
    ordered = suspects.collect(engine="streaming").sort(ROW)
    later = ordered.filter(~pl.col("purchase_id").is_first_distinct())
    return valid.filter(~pl.col(ROW).is_in(later[ROW].implode())).select(COLUMNS)


def aggregate(clean: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Revenue by country and category, and the summary of the amount."""
    cents = pl.col("purchase_amount")
    groups = clean.group_by("country_code", "product_category").agg(
        cents=cents.sum(),
        orders=pl.len(),
        average_basket=cents.mean(),
        customers=pl.col("customer_id").n_unique(),
    )
    summary = clean.select(
        count=cents.count(),
        mean=cents.mean(),
        standard_deviation=cents.std(),
        min=cents.min(),
        max=cents.max(),
        **{f"p{percent}": cents.quantile(percent / 100, "linear") for percent in PERCENTILES},
    )
    revenue, figures = pl.collect_all([groups, summary], engine="streaming")
    return revenue, figures


def main(csv: str, folder: Path, *options: str) -> None:
    """Do the job."""
    schema = dict.fromkeys(COLUMNS, pl.String)
    raw = pl.scan_csv(
        csv,
        schema=schema,
        empty_string_is_null=False,
        missing_columns="insert",
        truncate_ragged_lines=True,
        row_index_name=ROW,
    )
    records = raw.select(pl.len()).collect(engine="streaming").item()
    if not options:
        raw = raw.filter(~pl.col(ROW).is_in(ragged_records(csv).implode()))
    valid_purchases(raw).sink_parquet(
        folder / "valid.parquet", compression="uncompressed", statistics=False, engine="streaming"
    )
    valid = pl.scan_parquet(folder / "valid.parquet")
    keep_first_copies(valid).sink_parquet(folder / "clean.parquet", compression="lz4", engine="streaming")
    revenue, summary = aggregate(pl.scan_parquet(folder / "clean.parquet"))
    revenue.write_parquet(folder / "revenue.parquet")
    summary.write_parquet(folder / "summary.parquet")
    kept, clean = valid.select(pl.len()).collect().item(), int(revenue["orders"].sum())
    groups = revenue.select("country_code", "product_category", "cents", "orders", "customers").rows()
    Answer(
        records, clean, records - kept, kept - clean, tuple(Group(*one) for one in groups), summary.row(0, named=True)
    ).write(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
