"""Where every row went, and what was wrong with those refused."""

from customer_analytics.core.display import spelt_run
from customer_analytics.core.report import formatting as words
from customer_analytics.core.report.charts.quality import NO_FAULTS, missing_columns
from customer_analytics.core.report.charts.runs import MOST_RUNS, NO_RUNS
from customer_analytics.core.report.content import Block, Section, Table, name, records
from customer_analytics.core.report.facts import Facts

_FATES = {
    "rows_in": "came in",
    "clean": "clean",
    "quarantined": "quarantined",
    "duplicates_exact": "later copies, exact",
    "duplicates_conflicting": "later copies, conflicting",
}
_SHOWN = 12


def tell_flow(facts: Facts) -> Section:
    """The ledger: rows and money by fate, reasons, files."""
    ledger, money = facts.ledger, facts.ledger["money_minor_units"]
    fates = Table(
        "Rows and money by where they went",
        ("fate", "rows", "share", "money"),
        tuple(
            (
                fate,
                words.count(ledger[key]),
                words.share(ledger[key], ledger["rows_in"]),
                words.minor_money(money[key], facts.decimals),
            )
            for key, fate in _FATES.items()
        ),
    )
    told = (
        (
            "Rows and money add up to the last row and the last cent, and every clean purchase_id is unique: "
            "a run whose ledger does not balance fails."
        ),
        (
            f"Refused amounts that cannot be read, and so count as no money: "
            f"{words.count(ledger['amounts_unreadable'])}. Amounts with more decimals than the minor unit, rounded: "
            f"{words.count(ledger['amounts_rounded'])}."
        ),
    )
    block = Block("The ledger", "ledger_flow_chart", fates, also=_files(facts), words=told, absent="No row came in.")
    return Section("rows", "Where every row went", _flow_lead(facts), (block,))


def _flow_lead(facts: Facts) -> str:
    ledger = facts.ledger
    if not ledger["rows_in"]:
        return "The input has a header and no record."
    return (
        f"Every row ends in exactly one place: {words.plural(ledger['clean'], 'row')} clean, "
        f"{words.count(ledger['quarantined'])} quarantined with all their reasons, "
        f"{words.count(ledger['duplicates'])} dropped as later copies of a row that was kept."
    )


def _files(facts: Facts) -> Table:
    files = facts.ledger["input_files"]
    rows = tuple(
        (name(one["file"]), str(one["sha256"])[:12], words.count(one["rows"]), words.size(one["bytes"]))
        for one in files[:_SHOWN]
    )
    note = f"{len(files):,} files in all; `ledger` has every one." if len(files) > _SHOWN else ""
    return Table("Input files", ("file", "SHA-256 begins", "rows", "size"), rows, 2, note)


def tell_quality(facts: Facts) -> Section:
    """Reasons, missing values, and how the share of refused rows went from run to run."""
    ledger = facts.ledger
    refused = words.share(ledger["quarantined"], ledger["rows_in"])
    lead = (
        f"{words.plural(ledger['quarantined'], 'row')} ({refused}) did not meet the data contract; "
        "a row can have several reasons, so the reasons can sum to more."
        if ledger["quarantined"]
        else NO_FAULTS
    )
    blocks = (_reasons(facts), _missing(facts), _refused_by_run(facts))
    return Section("quality", "Data quality", lead, blocks)


def _reasons(facts: Facts) -> Block:
    ledger, money = facts.ledger, facts.ledger["money_minor_units"]
    ordered = sorted(ledger["by_reason"].items(), key=lambda one: (-one[1], one[0]))
    rows = tuple(
        (
            reason,
            words.count(count),
            words.share(count, ledger["rows_in"]),
            words.minor_money(money["by_reason"][reason], facts.decimals),
        )
        for reason, count in ordered
    )
    table = Table(
        "Refused rows by reason",
        ("reason", "rows", "share", "money"),
        rows,
        note="Each refused row stands in `quarantined_purchases` with its file, its row and its text.",
    )
    return Block("Why rows were refused", "reasons_chart", table if rows else None, absent=NO_FAULTS)


def _missing(facts: Facts) -> Block:
    windows = facts.purchases_by_window
    heading = "What is missing in clean rows"
    if windows is None:
        absent = "`purchases_by_window` is missing: `kedro run --pipelines drift,history,reporting` makes it."
        return Block(heading, "missing_by_window_chart", absent=absent)
    columns = missing_columns(windows)
    total = int(windows["rows"].sum())
    rows = tuple(
        (column.removeprefix("missing_"), words.count(windows[column].sum()), words.share(windows[column].sum(), total))
        for column in columns
    )
    table = Table("Clean rows without a value", ("column", "rows", "share"), rows)
    absent = "No value is missing in any clean row." if total else "No clean row to look at."
    return Block(heading, "missing_by_window_chart", table if rows else None, absent=absent)


def _refused_by_run(facts: Facts) -> Block:
    heading = "From run to run"
    if facts.runs is None or facts.runs.empty:
        return Block(
            heading, "quarantined_by_run_chart", absent=f"{NO_RUNS} `kedro run --pipelines history` leaves them."
        )
    newest = facts.runs.tail(MOST_RUNS).iloc[::-1].fillna(0)
    rows = tuple(
        (
            spelt_run(run["run"]),
            words.count(run["rows_in"]),
            words.share(run["quarantined"], run["rows_in"]),
            words.share(run["duplicates_exact"] + run["duplicates_conflicting"], run["rows_in"]),
        )
        for run in records(newest)
    )
    table, more = Table("Runs, the newest first", ("run", "rows in", "quarantined", "repeats"), rows).cut(_SHOWN)
    return Block(heading, "quarantined_by_run_chart", table, more)
