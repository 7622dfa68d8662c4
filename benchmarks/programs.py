"""The programs that are compared, and how to read what each of them found."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from peers.job import Answer, Group

PEERS = Path(__file__).parent / "peers"
OURS = "customer_analytics"

Cents = dict[str, tuple[int, int]]
"""Country → cents and orders."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program.

    Args:
        name: Its name in the tables.
        arguments: What follows the interpreter; ``{csv}`` and ``{folder}`` are put in.
        answer: Reads what it found from its folder: an ``Answer`` or, for the quick look, ``Cents``.
        exact: Whether its answer must agree; one that does less than the job is only for information.
        clean: Its clean purchases, inside its folder.
    """

    name: str
    arguments: Sequence[str]
    answer: Callable[[Path], Answer | Cents]
    exact: bool = True
    clean: str = "clean.parquet"

    def command(self, csv: Path, folder: Path, ours: Path) -> list[str]:
        """The command line for a file and an output folder; ``ours`` is the interpreter that runs this project."""
        python = str(ours) if self.name == OURS else sys.executable
        return [python, *(one.format(csv=csv, folder=folder) for one in self.arguments)]

    def environment(self, csv: Path, folder: Path) -> Mapping[str, str]:
        """What a program finds in its environment, besides what is there.

        The settings are this project's; the peers do not look at them. Python keeps the bytecode of what it imports, as
        it does unless told otherwise: libraries have it from their installation, a checkout from its first run.
        """
        return {"PURCHASES_CSV": str(csv), "DATA_DIR": str(folder), "PYTHONDONTWRITEBYTECODE": ""}


def our_answer(folder: Path) -> Answer:
    """This project's answer, from its ledger and its tables; revenue is the float nearest to whole cents."""
    ledger = json.loads((folder / "08_reporting/ledger.json").read_text())
    revenue = pd.read_parquet(folder / "04_feature/revenue_by_country_category.parquet")
    summary = pd.read_parquet(folder / "04_feature/numeric_summary.parquet").set_index("column")
    amount = summary.loc["purchase_amount"]
    percentiles = [name for name in amount.index if name.startswith("p")]
    figures = {name: amount[name] * 100 for name in ("mean", "standard_deviation", "min", "max", *percentiles)}
    groups = (
        Group(row.country_code, row.product_category, round(row.revenue * 100), row.orders, row.unique_customers)
        for row in revenue.itertuples(index=False)
    )
    rows = [ledger[name] for name in ("rows_in", "clean", "quarantined", "duplicates")]
    return Answer(*rows, tuple(groups), {"count": amount["count"], **figures})


def our_quicklook(folder: Path) -> Cents:
    """This project's quick look, without its last row, which counts the rows left out."""
    table = pd.read_parquet(folder / "04_feature/quicklook_revenue.parquet").dropna()
    return {row.country_code: (round(row.revenue * 100), row.orders) for row in table.itertuples(index=False)}


def peer_quicklook(folder: Path) -> Cents:
    """A peer's quick look."""
    found = json.loads((folder / "quicklook.json").read_text())
    return {country: (cents, orders) for country, (cents, orders) in found.items()}


def _kedro(pipelines: str) -> list[str]:
    return ["-m", "kedro", "run", "--pipelines", pipelines]


def _peer(script: str, *options: str) -> list[str]:
    return [str(PEERS / script), "{csv}", "{folder}", *options]


JOB = (
    Program(
        OURS,
        _kedro("ingestion,cleaning,aggregation"),
        our_answer,
        clean="03_primary/clean_purchases.parquet",
    ),
    Program("polars", _peer("polars_job.py"), Answer.read),
    Program("polars-lenient", _peer("polars_job.py", "--lenient"), Answer.read, exact=False),
    Program("duckdb", _peer("duckdb_job.py"), Answer.read),
    Program("pandas", _peer("pandas_job.py"), Answer.read),
)

QUICKLOOK = (
    Program(OURS, _kedro("quicklook"), our_quicklook),
    Program("polars", _peer("polars_quicklook.py"), peer_quicklook),
    Program("polars-lenient", _peer("polars_quicklook.py", "--lenient"), peer_quicklook, exact=False),
)
