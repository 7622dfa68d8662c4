"""The values that a synthetic delivery can contain, with their weights, and the texts of its faulty fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from customer_analytics.core.contract.columns import COLUMN_SPECS
from customer_analytics.core.synthesis.settings import SynthesisSettings

_COMMON_COUNTRIES, _RARE_COUNTRIES = (
    """
    US DE GB FR NA IN BR JP CA AU ES IT NL PL SE ZA CH MX KR AT BE DK NO FI IE PT CZ NZ SG AE IL GR HU RO
    TR AR CL CO EG NG KE TH VN ID MY PH SA UA SK SI HR BG LT LV EE LU IS MT CY PE
    """.split(),  # noqa: SIM905
    """
    AD AF AG AI AL AM AO AQ AS AW AX AZ BA BB BD BF BH BI BJ BL BM BN BO BQ BS BT BV BW BY BZ CC CD CF CG
    CI CK CM CN CR CU CV CW CX DJ DM DO DZ EC EH ER ET FJ FK FM FO GA GD GE GF GG GH GI GL GM GN GP GQ GS
    GT GU GW GY HK HM HN HT IM IO IQ IR JE JM JO KG KH KI KM KN KP KW KY KZ LA LB LC LI LK LR LS LY MA MC
    MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MU MV MW MZ NC NE NF NI NP NR NU OM PA PF PG PK PM PN PR PS
    PW PY QA RE RS RU RW SB SC SD SH SJ SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TJ TK TL TM TN TO TT
    TV TW TZ UG UM UY UZ VA VC VE VG VI VU WF WS YE YT ZM ZW
    """.split(),  # noqa: SIM905
)

COUNTRIES: tuple[str, ...] = (*_COMMON_COUNTRIES, *_RARE_COUNTRIES)
"""The 249 assigned ISO 3166-1 alpha-2 codes.

They are listed here, because the counts for tests must not depend on the code under test. The common countries come
first, in descending order of purchases.
"""

AGES = range(16, 96)
"""Ages of customers in years."""

FAULTY_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{spec.reasons[0]: ("", "  ", '""', "\t") for spec in COLUMN_SPECS},  # null
        # \uff10 to \uff19 are digits in Unicode, but not in the contract.
        "bad_type:customer_id": ("n/a", "12a4", "9999999999999999999", "1e5", "\uff11\uff12\uff13", "4 711", "+"),
        "range:customer_id": ("0", "-0", "000"),
        "bad_type:purchase_amount": (
            *("NaN", "inf", "-inf", "free", "12.3.4", "1e", "--5", "0x1F", "1_000", '"12,50"'),
            *("\uff11\uff12.\uff15\uff10", ".", "1 2"),
        ),
        "range:purchase_amount": ("1000000000000.01", "2e15", "9e99", "1e400", "123456789012345678901234"),
        "malformed:purchase_date": (
            *("2024-02-30", "2025-02-29 10:00:00", "31/12/2024", "2024-13-01 10:00:00", "2024-06-31T08:15:00"),
            *("yesterday", "2024-03-05T10:00:00Z", "2024-03-05 10:00:00+02:00", "2024-3-5", "2024-03-05 25:00:00"),
            *("2024-03-05 10:61:00", "Mar 5 2024", "2024-00-10"),
        ),
        "unknown:country_code": ("UK", "USA", "XX", "ZZ", "EU", "Germany", "N/A", "null", "nan", "276", "D", "ÖS"),
        "bad_type:customer_age": ("34.0", "thirty", "n/a", "4O", "2 5", "1e1", "\uff12\uff13"),
        "range:customer_age": ("5", "150", "9", "121", "0", "-34", "999"),
    }
)
"""Reason → fields with this fault. Negative amounts are not listed: they are made from valid amounts with a minus."""


@dataclass(frozen=True, slots=True)
class Category:
    """A product category; its amounts have a log-normal distribution.

    Args:
        name: The text in the delivery.
        weight: How often it occurs, relative to the weights of the other categories.
        median: Median amount in major units.
        spread: Standard deviation of the amount's logarithm.
    """

    name: str
    weight: int
    median: float
    spread: float


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment type: ``weight`` applies to the first four fifths of the rows, ``late_weight`` to the last fifth."""

    name: str
    weight: int
    late_weight: int


@dataclass(frozen=True, slots=True)
class ValueLists:
    """All values that a delivery can contain, with their weights.

    Args:
        categories: Product categories.
        payments: Payment types; the types with ``weight`` 0 are last.
        country_weights: For each country in ``COUNTRIES`` how often it occurs, relative to the other countries.
        age_weights: For each age in ``AGES`` how many customers have it, relative to the other ages.
    """

    categories: tuple[Category, ...]
    payments: tuple[Payment, ...]
    country_weights: tuple[int, ...]
    age_weights: tuple[int, ...]

    @classmethod
    def of(cls, settings: SynthesisSettings) -> "ValueLists":
        """Make the values for the seed in the settings; names of shops and wallets depend on the version of Faker."""
        companies, surnames = _make_names(settings.seed)
        shops = tuple(Category(f"{company} outlet", 2, 25.0 + 10 * k, 0.9) for k, company in enumerate(companies))
        wallets = tuple(Payment(f"{surname} Pay", 6 - k, 8) for k, surname in enumerate(surnames[:4]))
        late_wallets = tuple(Payment(f"{surname} Wallet", 0, 30 - 9 * k) for k, surname in enumerate(surnames[4:]))
        common_weights = tuple(12_000 // (rank + 2) for rank in range(len(_COMMON_COUNTRIES)))
        peak = len(AGES) * 2 // 5
        return cls(
            categories=_CATEGORIES + shops,
            payments=_PAYMENTS + wallets + late_wallets,
            country_weights=common_weights + (6,) * len(_RARE_COUNTRIES),
            age_weights=tuple(max(1, 1600 - (index - peak) ** 2) for index in range(len(AGES))),
        )


_CATEGORIES = (
    Category("Groceries & Drinks", 26, 24.0, 0.7),
    Category("Consumer Electronics", 12, 140.0, 1.1),
    Category("Clothing & Shoes", 15, 45.0, 0.8),
    Category("Home & Garden", 10, 60.0, 1.0),
    Category("Books, Music & Film", 9, 18.0, 0.6),
    Category("Toys & Games", 6, 27.0, 0.7),
    Category("Beauty & Care", 7, 22.0, 0.8),
    Category("Sports & Outdoors", 6, 55.0, 0.9),
    Category("Car & Bicycle", 3, 80.0, 1.2),
    Category("Café & Bäckerei", 4, 7.5, 0.5),
)

_PAYMENTS = (
    Payment("Credit card", 3800, 3600),
    Payment("Debit card", 2400, 2300),
    Payment("PayPal", 1700, 1800),
    Payment("Bank transfer", 800, 800),
    Payment("Cash on delivery", 500, 400),
    Payment("Invoice, 30 days", 400, 400),
    Payment("Gift card", 150, 150),
    Payment('Gift card "Gold"', 30, 30),
    Payment("Voucher\npart payment", 10, 10),
    Payment("Cheque", 4, 1),
)


def quote(text: str) -> str:
    """Write the text as a quoted CSV field (RFC 4180)."""
    return '"' + text.replace('"', '""') + '"'


def as_field(text: str) -> str:
    """Write the text as a CSV field, with quotes only where RFC 4180 requires them."""
    return quote(text) if any(mark in text for mark in ',"\n\r') else text


def _make_names(seed: int) -> tuple[Sequence[str], Sequence[str]]:
    """Return a list of two different company names and a list of seven different surnames."""
    from faker import Faker  # noqa: PLC0415  slow to import, and only synthesis needs it

    faker = Faker("en_US")
    faker.seed_instance(seed)
    company, surname = faker.unique.company, faker.unique.last_name
    return [company() for _ in range(2)], [surname() for _ in range(7)]
