"""Build the report's section about data quality: quarantined rows by reason and by run, and missing values."""

from customer_analytics.core.display import format_run_id
from customer_analytics.core.report import formatting
from customer_analytics.core.report.charts.quality import MISSING_PREFIX, NO_QUARANTINED, columns_with_missing
from customer_analytics.core.report.charts.runs import NO_RUNS
from customer_analytics.core.report.content import Block, Section, Table
from customer_analytics.core.report.facts import Facts
from customer_analytics.core.report.sections.runs import list_newest_runs


def quality_section(facts: Facts) -> Section:
    """Build the report's section about data quality: quarantined rows by reason and by run, and missing values."""
    ledger = facts.ledger
    quarantined_share = formatting.share(ledger["quarantined"], ledger["rows_in"])
    lead = (
        f"{formatting.plural(ledger['quarantined'], 'row')} ({quarantined_share}) violated the data contract. "
        "A row can have several reasons, so the counts of the reasons can sum to more."
        if ledger["quarantined"]
        else NO_QUARANTINED
    )
    return Section("quality", "Data quality", lead, (_reasons_block(facts), _missing_block(facts), _runs_block(facts)))


def _reasons_block(facts: Facts) -> Block:
    ledger, money = facts.ledger, facts.ledger["money_minor_units"]
    most_rows_first = sorted(ledger["by_reason"].items(), key=lambda item: (-item[1], item[0]))
    rows = tuple(
        (
            reason,
            formatting.count(row_count),
            formatting.share(row_count, ledger["rows_in"]),
            formatting.minor_money(money["by_reason"][reason], facts.decimals),
        )
        for reason, row_count in most_rows_first
    )
    table = Table(
        "Quarantined rows by reason",
        ("reason", "rows", "share", "money"),
        rows,
        note="`quarantined_purchases` has each quarantined row with its file, row number and text.",
    )
    return Block("Why rows were quarantined", "reasons_chart", table if rows else None, placeholder=NO_QUARANTINED)


def _missing_block(facts: Facts) -> Block:
    windows = facts.purchases_by_window
    heading = "Missing values in clean rows"
    if windows is None:
        placeholder = "`purchases_by_window` is missing: `kedro run --pipelines drift,history,reporting` makes it."
        return Block(heading, "missing_by_window_chart", placeholder=placeholder)
    clean_rows = int(windows["rows"].sum())
    missing = {column: windows[column].sum() for column in columns_with_missing(windows)}
    rows = tuple(
        (column.removeprefix(MISSING_PREFIX), formatting.count(row_count), formatting.share(row_count, clean_rows))
        for column, row_count in missing.items()
    )
    table = Table("Clean rows without a value", ("column", "rows", "share"), rows)
    placeholder = "No value is missing in any clean row." if clean_rows else "There are no clean rows."
    return Block(heading, "missing_by_window_chart", table if rows else None, placeholder=placeholder)


def _runs_block(facts: Facts) -> Block:
    heading = "Recent runs"
    if facts.runs is None or facts.runs.empty:
        placeholder = f"{NO_RUNS} `kedro run --pipelines history` records them."
        return Block(heading, "quarantined_by_run_chart", placeholder=placeholder)
    rows = tuple(
        (
            format_run_id(run["run"]),
            formatting.count(run["rows_in"]),
            formatting.share(run["quarantined"], run["rows_in"]),
            formatting.share(run["duplicates_exact"] + run["duplicates_conflicting"], run["rows_in"]),
        )
        for run in list_newest_runs(facts.runs.fillna(0))
    )
    table = Table("Runs, newest first", ("run", "rows read", "quarantined", "duplicates"), rows)
    return Block(heading, "quarantined_by_run_chart", *table.fold())
