"""The one job that every program in this folder does, and the form of its answer.

Input: a CSV of purchases with a header and the columns of :data:`COLUMNS`, comma, double quote (RFC 4180, line ends
inside quotes included), UTF-8. Each record is judged alone, by these rules and no others:

1. A record has as many fields as the header, or its structure is at fault.
2. All text is stripped of ASCII white space (space, tab, CR, LF, VT, FF). Nothing but empty text means null.
3. ``customer_id``: an integer literal ``[+-]?[0-9]{1,18}`` greater than 0. ``purchase_id`` and ``product_category``:
   not empty. ``purchase_amount``: a plain or scientific decimal, from 0 to :data:`AMOUNT_MAX`; rounded half-even to
   whole cents, from the decimal as it is written. ``purchase_date``: ``YYYY-MM-DD``, alone or with
   ``[ T]HH:MM[:SS[.f]]``; a real date and time without a zone. ``country_code``: upper-cased (ASCII), one of
   :data:`COUNTRIES` (``NA`` is Namibia).
   ``customer_age``: empty, or an integer literal from 10 to 120. ``payment_type``: anything, also nothing.
4. A record with a fault is quarantined. Of the valid ones, the first with each ``purchase_id`` in the order of the file
   is clean; the later ones are duplicates.

Output, in a folder of its own:

* ``clean.parquet``: the clean purchases in any order, eight typed columns; money in whole cents or in major units.
* ``revenue.parquet``: revenue, orders, average basket and unique customers of each country and category.
* ``summary.parquet``: count, mean, sample standard deviation, minimum, maximum and the percentiles 1, 5, 25, 50, 75, 95
  and 99 (linear) of the clean amounts.
* ``answer.json``: an :class:`Answer`, with whole numbers that can be compared exactly.

Each program chooses its own engine, threads, memory and Parquet layout, with LZ4 for all; it may leave temporary files
in its folder. This module is what the programs share; how to judge is written in each of them, in its own terms. They
may fall short of the rules where no synthetic file goes, if that makes them faster: amounts from 10**16, with more than
12 decimals, or below 0 only in the 13th; a customer of 19 characters padded with zeros, second 60, a tab before the
time or a sign before the year (Polars); the year 0 (Polars, DuckDB); years outside 1678 to 2261 (pandas); a quote
inside a plain field (Polars stops).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

COLUMNS = (
    "customer_id",
    "purchase_id",
    "product_category",
    "purchase_amount",
    "purchase_date",
    "country_code",
    "customer_age",
    "payment_type",
)

COUNTRIES = tuple(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905  readable at a glance
)
"""The 249 assigned ISO 3166-1 alpha-2 codes."""

WHITE_SPACE = " \t\r\n\v\f"
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
AGE_MIN, AGE_MAX = 10, 120
AMOUNT_MAX = 10**12
CUSTOMER_MAX = 10**18 - 1

SPELLINGS: Mapping[str, str] = {
    first + second: code
    for code in COUNTRIES
    for first in (code[0], code[0].lower())
    for second in (code[1], code[1].lower())
}
"""Every way to write a country code → the code."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the clean purchases of one country and category come to."""

    country: str
    category: str
    cents: int
    orders: int
    customers: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program found.

    Args:
        rows_in: Records of the file, the header not counted.
        clean: Valid records, one for each purchase.
        quarantined: Records with a fault.
        duplicates: Valid records whose purchase stands before them.
        groups: Each country and category, in any order.
        summary: Figure → its value, in cents.
    """

    rows_in: int
    clean: int
    quarantined: int
    duplicates: int
    groups: tuple[Group, ...]
    summary: Mapping[str, float]

    @property
    def cents(self) -> int:
        """Revenue of all clean purchases."""
        return sum(group.cents for group in self.groups)

    def write(self, folder: Path) -> None:
        """Write ``answer.json``."""
        (folder / "answer.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> "Answer":
        """Read ``answer.json``."""
        found = json.loads((folder / "answer.json").read_text())
        return cls(**found | {"groups": tuple(Group(**group) for group in found["groups"])})
