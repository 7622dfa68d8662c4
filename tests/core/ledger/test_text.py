"""The ledger as text."""

from customer_analytics.core.ledger.text import describe_ledger


def ledger_of(rows_in=0, files=1, **by_reason):
    fates = dict.fromkeys(("rows_in", "clean", "quarantined", "duplicates_exact", "duplicates_conflicting"), 0)
    return fates | {
        "rows_in": rows_in,
        "by_reason": by_reason,
        "amounts_unreadable": 0,
        "money_minor_units": fates | {"decimals": 2},
        "input_files": [{"file": f"{number}.csv"} for number in range(1, files + 1)],
    }


def test_a_ledger_without_faults_lists_no_reasons_and_no_warnings():
    text = describe_ledger(ledger_of(rows_in=1))

    assert "Reasons" not in text
    assert "Warning" not in text


def test_the_text_of_a_ledger_ends_with_its_warnings():
    text = describe_ledger(ledger_of(rows_in=3, **{"malformed:purchase_date": 2}))

    assert text.splitlines()[-2:] == [
        "              2  malformed:purchase_date",
        "Warning: 2 of 3 rows are quarantined for malformed:purchase_date: see contract.date_formats in globals.yml.",
    ]


def test_the_text_of_a_ledger_names_three_of_many_files():
    assert describe_ledger(ledger_of(files=4)).startswith("From '1.csv', '2.csv', '3.csv', … (4 in all):\n")


def test_the_text_of_a_ledger_names_every_fate():
    lines = describe_ledger(ledger_of(rows_in=1)).splitlines()[2:7]

    assert [" ".join(line.split()) for line in lines] == [
        "1 rows read 0.00",
        "0 clean 0.00",
        "0 quarantined 0.00",
        "0 exact duplicates 0.00",
        "0 conflicting duplicates 0.00",
    ]


def test_the_text_of_a_ledger_counts_rows_without_a_valid_amount():
    lines = describe_ledger(ledger_of(rows_in=1) | {"amounts_unreadable": 1_200}).splitlines()

    assert "1,200 quarantined rows have no valid amount; they count as no money." in lines
