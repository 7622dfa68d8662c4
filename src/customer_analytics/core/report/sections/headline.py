"""Write the headline and build the cards at the top of the summary report."""

from collections.abc import Mapping
from typing import Any

from customer_analytics.core.report import formatting
from customer_analytics.core.report.content import Card
from customer_analytics.core.report.facts import Facts

_DRIFT_ANSWERS = {"ok": "No", "warn": "Take a look", "fail": "Yes", "insufficient_data": "Not enough data"}


def write_headline(facts: Facts) -> str:
    """Summarize the run in one or two sentences."""
    ledger = facts.ledger
    if not ledger["rows_in"]:
        return "The input has no rows."
    rows_in = formatting.plural(ledger["rows_in"], "row")
    if not ledger["clean"]:
        return f"None of {rows_in} is clean."
    revenue = formatting.minor_money(ledger["money_minor_units"]["clean"], facts.decimals)
    verb = "is" if ledger["clean"] == 1 else "are"
    return f"{formatting.count(ledger['clean'])} of {rows_in} {verb} clean. Revenue: {revenue}."


def build_cards(facts: Facts) -> tuple[Card, ...]:
    """Build the four cards at the top of the report: rows read, clean rows, revenue and drift."""
    ledger, files = facts.ledger, facts.ledger["input_files"]
    total_size = formatting.size(sum(file["bytes"] for file in files))
    duplicates = formatting.plural(ledger["duplicates"], "duplicate")
    return (
        Card(
            "How much was read?",
            formatting.count(ledger["rows_in"]),
            f"rows in {formatting.plural(len(files), 'file')}, {total_size}",
        ),
        Card(
            "How much is clean?",
            formatting.share(ledger["clean"], ledger["rows_in"]),
            f"{formatting.count(ledger['quarantined'])} quarantined, {duplicates}",
            "good",
        ),
        _revenue_card(facts),
        _drift_card(facts),
    )


def _revenue_card(facts: Facts) -> Card:
    revenue_minor, clean_rows = facts.ledger["money_minor_units"]["clean"], facts.ledger["clean"]
    explanation = "no clean purchase"
    if clean_rows:
        mean = formatting.money(revenue_minor / clean_rows / 10**facts.decimals, facts.decimals)
        median = formatting.money(facts.amount_summary["p50"], facts.decimals)
        explanation = f"mean purchase {mean}, median {median}"
    return Card("What is the revenue?", formatting.minor_money(revenue_minor, facts.decimals), explanation)


def _drift_card(facts: Facts) -> Card:
    question = "Did anything change?"
    verdict = facts.drift_verdict
    if verdict is None:
        return Card(question, "Not checked", "no drift verdict for this delivery")
    comparisons = verdict["comparisons"].values()
    alarm_count = sum(comparison["alarm_count"] for comparison in comparisons)
    alarm_columns = dict.fromkeys(alarm["column"] for comparison in comparisons for alarm in comparison["alarms"])
    outcome = verdict["outcome"]
    if alarm_count:
        explanation = f"{formatting.plural(alarm_count, 'alarm')}: {', '.join(alarm_columns)}"
    elif outcome == "insufficient_data":
        explanation = _explain_missing_verdict(verdict)
    else:
        explanation = "no relevant change"
    return Card(question, _DRIFT_ANSWERS.get(outcome, outcome), explanation, outcome)


def _explain_missing_verdict(verdict: Mapping[str, Any]) -> str:
    """Explain why drift could not be judged."""
    # If there is no alarm, the verdict is the outcome of the first comparison.
    first = next(iter(verdict["comparisons"].values()))
    if first["reasons"] and len(first["not_judged"]) == len(first["columns"]):
        return str(first["reasons"][0])
    return f"too little data for {', '.join(first['not_judged'])}"
