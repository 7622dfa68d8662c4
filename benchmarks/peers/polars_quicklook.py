"""Revenue per country straight from the CSV by Polars: ``polars_quicklook.py CSV FOLDER [--lenient]``.

The query of this project's ``quicklook`` pipeline: records of eight fields whose country is an ISO code and whose
amount is a decimal from 0 to 10**12, summed in cents; duplicates are not looked for. ``--lenient`` reads ragged
records as whole ones (see ``polars_job.py``).
"""

import json
import sys
from pathlib import Path

import polars as pl
from job import AMOUNT_MAX, COLUMNS, WHITE_SPACE
from polars_job import ROW, country, ragged_records


def main(csv: str, folder: Path, *options: str) -> None:
    """Answer the query."""
    raw = pl.scan_csv(
        csv,
        schema=dict.fromkeys(COLUMNS, pl.String),
        empty_string_is_null=False,
        missing_columns="insert",
        truncate_ragged_lines=True,
        row_index_name=None if options else ROW,
    )
    if not options:
        raw = raw.filter(~pl.col(ROW).is_in(ragged_records(csv).implode()))
    fields = ("country_code", "purchase_amount")
    revenue = (
        raw.select(pl.col(fields).str.strip_chars(WHITE_SPACE))
        .select(
            country=country("country_code"),
            amount=pl.col("purchase_amount").cast(pl.Decimal(38, 12), strict=False),
        )
        .filter(pl.col("country").is_not_null(), pl.col("amount").is_between(0, AMOUNT_MAX))
        .group_by("country")
        .agg(
            cents=(pl.col("amount").round(2, mode="half_to_even") * 100).cast(pl.Int64).sum(),
            orders=pl.len(),
        )
        .collect(engine="streaming")
    )
    revenue.write_parquet(folder / "revenue.parquet")
    found = {code: [cents, orders] for code, cents, orders in revenue.rows()}
    (folder / "quicklook.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
