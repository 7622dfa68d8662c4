"""The job of ``job.py`` by DuckDB, in memory with its default settings: ``duckdb_job.py CSV FOLDER``.

``store_rejects`` counts the records with too few fields or too many; they are not in the table. DuckDB's own casts take
more than the contract does (``1_000``, ``34.0`` as an integer, ``2024-3-5``, ``24:00:00``), so a pattern stands before
each. The countries are an ENUM: ``IN`` a list of 249 would become a hash join, after which the rows of the table no
longer stand in the order of the file, and ``rowid`` no longer says which copy is first.
"""

import sys
from pathlib import Path

import duckdb
from job import AGE_MAX, AGE_MIN, AMOUNT_MAX, COLUMNS, COUNTRIES, PERCENTILES, Answer, Group

INTEGER = "^[+-]?[0-9]{1,18}$"
DECIMAL = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?)?$"

COUNTRY = f"CREATE TYPE country AS ENUM ({', '.join(repr(code) for code in COUNTRIES)})"

TYPED = f"""
CREATE TEMP TABLE typed AS
WITH stripped AS (
    SELECT {", ".join(f"trim({name}, $white_space) AS {name}" for name in COLUMNS)}
    FROM read_csv($csv, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
                  columns = {{{", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)}}},
                  nullstr = '\\N', store_rejects = true)
), judged AS (
    SELECT
        CASE WHEN regexp_matches(customer_id, '{INTEGER}') THEN customer_id::BIGINT END AS customer_id,
        purchase_id,
        product_category,
        CASE WHEN regexp_matches(purchase_amount, '{DECIMAL}')
            THEN TRY_CAST(purchase_amount AS DECIMAL(38, 12)) END AS amount,
        CASE WHEN regexp_matches(purchase_date, '{MOMENT}')
            THEN TRY_CAST(purchase_date AS TIMESTAMP) END AS purchase_date,
        CASE WHEN regexp_matches(country_code, '^[A-Za-z][A-Za-z]$')
            THEN TRY_CAST(upper(country_code) AS country) END AS country_code,
        CASE WHEN regexp_matches(customer_age, '{INTEGER}') THEN customer_age::BIGINT END AS customer_age,
        customer_age = '' AS age_missing,
        nullif(payment_type, '') AS payment_type
    FROM stripped
)
SELECT
    * EXCLUDE (amount, age_missing),
    (round_even(amount, 2) * 100)::BIGINT AS purchase_amount,
    coalesce(
        customer_id > 0 AND purchase_id <> '' AND product_category <> ''
        AND amount BETWEEN 0 AND {AMOUNT_MAX}
        AND purchase_date IS NOT NULL AND country_code IS NOT NULL
        AND (age_missing OR customer_age BETWEEN {AGE_MIN} AND {AGE_MAX}),
        false) AS valid
FROM judged
"""  # noqa: S608  constants of this program

CLEAN = f"""
CREATE TEMP TABLE clean AS
SELECT {", ".join(COLUMNS)}
FROM typed
WHERE rowid IN (SELECT min(rowid) FROM typed WHERE valid GROUP BY purchase_id)
"""  # noqa: S608  constants of this program

REVENUE = """
CREATE TEMP TABLE revenue AS
SELECT country_code, product_category, sum(purchase_amount)::BIGINT AS cents, count(*) AS orders,
    count(DISTINCT customer_id) AS customers, avg(purchase_amount) AS average_basket
FROM clean GROUP BY ALL
"""

SUMMARY = f"""
CREATE TEMP TABLE summary AS
WITH figures AS (
    SELECT count(*) AS count, avg(purchase_amount) AS mean, stddev_samp(purchase_amount) AS standard_deviation,
        min(purchase_amount) AS min, max(purchase_amount) AS max,
        quantile_cont(purchase_amount, [{", ".join(str(percent / 100) for percent in PERCENTILES)}]) AS percentiles
    FROM clean
)
SELECT * EXCLUDE percentiles, {", ".join(f"percentiles[{n}] AS p{p}" for n, p in enumerate(PERCENTILES, 1))}
FROM figures
"""  # noqa: S608  constants of this program

COUNTS = """
SELECT
    (SELECT count(*) FROM typed),
    (SELECT count(*) FROM typed WHERE valid),
    (SELECT count(DISTINCT line_byte_position) FROM reject_errors),
    (SELECT count(*) FROM clean)
"""


def main(csv: str, folder: Path) -> None:
    """Do the job."""
    base = duckdb.connect()
    base.execute(COUNTRY)
    base.execute(TYPED, {"csv": csv, "white_space": " \t\r\n\v\f"})
    base.execute(CLEAN)
    base.execute(f"COPY clean TO '{folder}/clean.parquet' (FORMAT parquet, COMPRESSION lz4)")
    base.execute(REVENUE)
    base.execute(SUMMARY)
    for table in ("revenue", "summary"):
        base.execute(f"COPY {table} TO '{folder}/{table}.parquet' (FORMAT parquet)")
    whole, valid, ragged, clean = base.execute(COUNTS).fetchone() or ()
    groups = base.execute("SELECT country_code, product_category, cents, orders, customers FROM revenue").fetchall()
    figures = base.execute("SELECT * FROM summary")
    names = [one[0] for one in figures.description]
    Answer(
        whole + ragged,
        clean,
        whole - valid + ragged,
        valid - clean,
        tuple(Group(*one) for one in groups),
        dict(zip(names, figures.fetchone() or (), strict=True)),
    ).write(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
