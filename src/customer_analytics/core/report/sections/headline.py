"""The first screen: what came in, what is trusted, what it is worth, whether anything changed."""

from collections.abc import Mapping
from typing import Any

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.report import formatting as words
from customer_analytics.core.report.content import Card
from customer_analytics.core.report.facts import Facts

_ANSWERS = {"ok": "No", "warn": "Have a look", "fail": "Yes", "insufficient_data": "Cannot tell"}


def headline(facts: Facts) -> str:
    """The run in one sentence."""
    ledger = facts.ledger
    if not ledger["rows_in"]:
        return "No row came in."
    if not ledger["clean"]:
        return f"None of {words.plural(ledger['rows_in'], 'row')} can be trusted."
    worth = words.minor_money(ledger["money_minor_units"]["clean"], facts.decimals)
    return f"{words.count(ledger['clean'])} of {words.plural(ledger['rows_in'], 'row')} can be trusted, worth {worth}."


def cards(facts: Facts) -> tuple[Card, ...]:
    """Four questions and their answers."""
    return (_came_in(facts), _trusted(facts), _worth(facts), _changed(facts))


def _came_in(facts: Facts) -> Card:
    files = facts.ledger["input_files"]
    read = f"{words.plural(len(files), 'file')}, {words.size(sum(one['bytes'] for one in files))}"
    return Card("What came in?", words.count(facts.ledger["rows_in"]), f"rows in {read}")


def _trusted(facts: Facts) -> Card:
    ledger = facts.ledger
    gone = f"{words.count(ledger['quarantined'])} quarantined, {words.plural(ledger['duplicates'], 'repeat')}"
    return Card("What can be trusted?", words.share(ledger["clean"], ledger["rows_in"]), gone, "good")


def _worth(facts: Facts) -> Card:
    money, rows = facts.ledger["money_minor_units"]["clean"], facts.ledger["clean"]
    summary = facts.numeric_summary
    median = summary.loc[summary["column"] == Column.PURCHASE_AMOUNT, "p50"].iloc[0]
    said = "no clean purchase"
    if rows:
        mean = words.money(money / rows / 10**facts.decimals, facts.decimals)
        said = f"mean purchase {mean}, median {words.money(median, facts.decimals)}"
    return Card("What is it worth?", words.minor_money(money, facts.decimals), said)


def _changed(facts: Facts) -> Card:
    question = "Did anything change?"
    verdict = facts.drift_verdict
    if verdict is None:
        return Card(question, "Not judged", "drift has not looked at this delivery")
    found = verdict["comparisons"].values()
    alarms = sum(one["alarm_count"] for one in found)
    outcome = verdict["outcome"]
    columns = [alarm["column"] for one in found for alarm in one["alarms"]]
    where = ", ".join(dict.fromkeys(columns))
    quiet = _unjudged(verdict) if outcome == "insufficient_data" else "nothing that matters"
    said = f"{words.plural(alarms, 'alarm')}: {where}" if alarms else quiet
    return Card(question, _ANSWERS.get(outcome, outcome), said, outcome)


def _unjudged(verdict: Mapping[str, Any]) -> str:
    """Why nothing could be said: without an alarm the verdict is that of its first comparison."""
    first = next(iter(verdict["comparisons"].values()))
    if first["reasons"] and len(first["not_judged"]) == len(first["columns"]):
        return str(first["reasons"][0])
    return f"too little data to judge {', '.join(first['not_judged'])}"
