"""Deliveries for tests of pages: names that a page must not mistake for markup, and enough weeks to compare."""

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
    """Purchases of two years whose categories are :data:`HOSTILE`; one row in 40 is refused, one in 50 a repeat."""
    draw = random.Random(seed)  # noqa: S311  not for secrets
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in range(rows):
            month = row * 24 // rows
            day = f"{2023 + month // 12}-{month % 12 + 1:02}-{draw.randint(1, 28):02}"
            country = "nowhere" if row % 40 == 0 else draw.choice(["AT", "DE", "NA"])
            number = row - 1 if row % 50 == 1 else row
            amount = f"{draw.lognormvariate(3, 1):.2f}"
            paid = payment if row > rows * 0.9 else draw.choice(["card", "cash", HOSTILE[0]])
            age = "" if row % 30 == 0 else 20 + row % 50
            writer.writerow([row % 97 + 1, f"p{number}", HOSTILE[row % len(HOSTILE)], amount, day, country, age, paid])
    return path
