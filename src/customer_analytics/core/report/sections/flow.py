"""Build the report's section about the ledger: rows and money by fate, and the input files."""

from customer_analytics.core.report import formatting
from customer_analytics.core.report.charts.flow import FATES
from customer_analytics.core.report.content import MAX_TABLE_ROWS, Block, Section, Table
from customer_analytics.core.report.facts import Facts

_LABELS = {"rows_in": "all rows", **{fate: label for fate, (label, _) in FATES.items()}}


def flow_section(facts: Facts) -> Section:
    """Build the report's section about the ledger: rows and money by fate, and the input files."""
    ledger = facts.ledger
    lead = (
        f"Every row has exactly one fate: {formatting.plural(ledger['clean'], 'row')} clean, "
        f"{formatting.count(ledger['quarantined'])} quarantined with all reasons, "
        f"{formatting.plural(ledger['duplicates'], 'duplicate')} of an earlier clean row."
        if ledger["rows_in"]
        else "The input has a header and no record."
    )
    paragraphs = (
        (
            "The rows and the money of all fates sum exactly to those of the input, and every clean purchase_id is "
            "unique. A run whose ledger does not balance fails."
        ),
        (
            "Quarantined rows without a valid amount, which count as zero money: "
            f"{formatting.count(ledger['amounts_unreadable'])}. Amounts with more decimals than the minor unit, which "
            f"are rounded: {formatting.count(ledger['amounts_rounded'])}."
        ),
    )
    block = Block(
        "The ledger",
        "ledger_flow_chart",
        _fates_table(facts),
        second_table=_files_table(facts),
        paragraphs=paragraphs,
        placeholder="The input has no rows.",
    )
    return Section("rows", "Where every row went", lead, (block,))


def _fates_table(facts: Facts) -> Table:
    ledger, money = facts.ledger, facts.ledger["money_minor_units"]
    rows = tuple(
        (
            label,
            formatting.count(ledger[fate]),
            formatting.share(ledger[fate], ledger["rows_in"]),
            formatting.minor_money(money[fate], facts.decimals),
        )
        for fate, label in _LABELS.items()
    )
    return Table("Rows and money by fate", ("fate", "rows", "share", "money"), rows)


def _files_table(facts: Facts) -> Table:
    files = facts.ledger["input_files"]
    rows = tuple(
        (
            formatting.name(file["file"]),
            str(file["sha256"])[:12],
            formatting.count(file["rows"]),
            formatting.size(file["bytes"]),
        )
        for file in files[:MAX_TABLE_ROWS]
    )
    note = f"{len(files):,} files in total; `ledger` lists all of them." if len(files) > MAX_TABLE_ROWS else ""
    return Table("Input files", ("file", "start of SHA-256", "rows", "size"), rows, 2, note)
