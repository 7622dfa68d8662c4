"""Deliveries for tests of HTML pages: texts that look like markup, and enough weeks to compare."""

import csv
import random

from tests.oracle import COLUMNS

LONG = "x" * 10_240
HOSTILE = (
    "<script>window.alerted = true</script>",
    '=HYPERLINK("http://example.invalid/","here")',
    "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \u05e2\u05d5\u05dc\u05dd",
    LONG,
    '<a href="http://example.invalid/">link</a>',
    "<b>bold</b>",
    "</script><img src=x onerror='window.alerted = true'>",
    "&lt;i&gt;",
    "2024-01-01",
    "%{y}",
)


def hostile_delivery(path, rows=4_000, *, payment="card", seed=1):
    """Write purchases of two years whose categories are :data:`HOSTILE`.

    One row in 40 is quarantined for its country, and one in 50 is a duplicate.
    """
    rng = random.Random(seed)  # noqa: S311  not for secrets
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in range(rows):
            month = row * 24 // rows
            day = f"{2023 + month // 12}-{month % 12 + 1:02}-{rng.randint(1, 28):02}"
            country = "nowhere" if row % 40 == 0 else rng.choice(["AT", "DE", "NA"])
            purchase_number = row - 1 if row % 50 == 1 else row
            amount = f"{rng.lognormvariate(3, 1):.2f}"
            payment_type = payment if row > rows * 0.9 else rng.choice(["card", "cash", HOSTILE[0]])
            age = "" if row % 30 == 0 else 20 + row % 50
            writer.writerow(
                [
                    row % 97 + 1,
                    f"p{purchase_number}",
                    HOSTILE[row % len(HOSTILE)],
                    amount,
                    day,
                    country,
                    age,
                    payment_type,
                ]
            )
    return path
