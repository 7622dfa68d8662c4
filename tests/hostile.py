"""Generators of hostile CSV text: valid and invalid fields, quotes, line ends and record lengths of every kind."""

from hypothesis import strategies as st
from tests.oracle import COLUMNS, ISO, WHITE

PADDING = st.text(WHITE, max_size=2)

INTEGERS = (
    *("1", "42", "1003", "007", "0", "-0", "+0", "-1", "+5", "000000000000000001", "+000000000000000001"),
    *("999999999999999999", "-999999999999999999", "1000000000000000000", "0000000000000000001"),
    *("+1000000000000000000", "-1000000000000000000", "+9223372036854775808", "-9223372036854775809"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551616", "1" * 400),
    *("1003.0", "1.", "1e3", "1_000", "1,000", "1 000", "0x10", "--1", "+-1", "+", "-", "++1", "1+", "1-"),
    *("\u0663", "\uff11\uff12", "\u00b2", "1\u00a0", "\u00a01", "\u20031", "nan", "inf", "NULL", "None", "\x1c1"),
)
AGES = (
    *("10", "9", "120", "121", "35", "+35", "-35", "035", "32767", "32768", "-32768", "-32769", "35.0"),
    *INTEGERS,
)
AMOUNTS = (
    *("19.99", "0", "0.0", "-0", "+0.00", "-0.00", ".5", "5.", "+.5", "-.5", "-5.", "+5", "-19.99", "00012.50"),
    *("1e2", "1E+2", "1e-2", "2.5e-1", "1.5e0", "12.5E1", ".5e1", "5.e1", "-1e2", "1e-7", "0e5", "0.0e-5"),
    *("1.005", "2.675", "0.125", "0.135", "0.005", "0.015", "0.025", "0.0049999999999", "99.995", "99.985"),
    *("-0.001", "-0.005", "-0.006", "0.001", "-1e-400", "1e-400", "1.0000000000000000001", "1.000", "1.0050"),
    *("12.345678901234567890", "0.994999999999999999999", "123456789012345", "1234567890123.45"),
    *("12345678901234.56", "123456789012345.675", "999999999999999.999999999999", "999999999999999.5"),
    *("999999999999.99", "1000000000000", "1000000000000.005", "1000000000000.01", "-1000000000000.01", "1e12"),
    *("9007199254740992", "9007199254740993", "90071992547409.91", "90071992547409.93", "70368744177664.01"),
    *("80000000000000.01", "123456789012345678901234567890", "1e22", "1e23", "3e299", "0.0000000000001"),
    *("0." + "0" * 500 + "1", "1." + "0" * 500 + "1", "0" * 400 + "7", "1" * 300, "1" * 400, "9" * 16 + ".125"),
    *("1e400", "-1e400", "1e99999", "0e999999999", "1e-99999", "1e+", "1e", "e1", "1e1.5", "1.5.2", "1..5"),
    *("nan", "NaN", "-nan", "inf", "-inf", "Infinity", "$5", "5 \u20ac", "\u20ac5", "1,000.00", "1 000", "1_000"),
    *("0x1p3", ".", "+", "-", "+.", "-.e1", "--1", "+-1", "\u0661\u0662", "\uff11.5", "1\u00a0", "\u221255", "(5)"),
    *("9007199254740993.25", "1e-99999999999999999999", "-1e-99999999999999999999", "1e99999999999999999999"),
    *("1.5d0", "1e5f", "5%", "NULL", "1.7976931348623159e308", "8e-324", "\x1c5", "1'000", "1.000,50"),
)

DATES = (
    *("2024-01-31", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2024-02-30", "2024-04-31"),
    *("2024-00-10", "2024-13-01", "2024-01-00", "2024-01-32", "0001-01-01", "0000-01-01", "9999-12-31"),
    *("2024-01-31 23:59", "2024-01-31T23:59", "2024-01-31 23:59:59", "2024-01-31T00:00:00", "2024-02-30 10:00"),
    *("2024-01-31 24:00", "2024-01-31 24:00:00", "2024-01-31 23:60", "2024-01-31 23:59:60", "2024-01-31 99:00"),
    *("2024-01-31 10:11:12.5", "2024-01-31T10:11:12.123456", "2024-01-31 10:11:12.123456789", "9999-12-31 23:59"),
    *("2024-01-31 10:11:12.", "2024-01-31 10:11:12,5", "2024-01-31 10", "2024-01-31 10:", "2024-01-31 1:00"),
    *("2024-01-31  10:00", "2024-01-31t10:00", "2024-01-31T10:00Z", "2024-01-31T10:00+01:00", "2024-01-31 10:00 "),
    *("24-01-31", "2024-1-31", "2024-01-3", "20240131", "2024/01/31", "31.01.2024", "01/31/2024", "2024-01-31x"),
    *("+024-01-31", "-001-01-01", "2024-01-3a", "202a-01-31", "2024-0 -31", "2024-01-31_10:00", "today", "NULL"),
    *("\u0662\u0660\u0662\u0664-01-31", "\uff12024-01-31", "2024\u201101\u201131", "2024-01-31 \u0661\u0660:00"),
    *("2024-01-31 10:11:12.\u0665", "2024-01-31T10:1a:00", "2024-01-31 10:11:1:", "12024-01-31", "2024-01-31T"),
    *("2024-W05-3", "2024-031", "2024-01", "2024-01-31 10:11:12.1234567x", "1677-09-20", "2262-04-12 00:00:01"),
)
COUNTRIES = (
    *("DE", "de", "De", "NA", "na", "GB", "UK", "uk", "USA", "US", "EU", "XX", "ZZ", "AN", "XK", "D", "DEU"),
    *("D E", "\uff24\uff25", "\u0131s", "\ufb01", "\u00df", "N/A", "null", "276", "1", "-", "d\u00e9", "DE\u00a0"),
    *sorted(ISO),
)
LABELS = (
    *("Books", "books", "Home, Garden", "K\u00fcche", "\u30b2\u30fc\u30e0", "a\tb", 'say "hi"', "NULL", "null", "NA"),
    *("n/a", "-", "0", "\U0001f600", "e\u0301", "\u00e9", "x" * 300, "\u00a0", "\u2028", "\x1c", "\ufeff", "?", "'"),
    *("line\nbreak", "car\rreturn", "both\r\nends", ";", "|", '"', '""', "\\", "\\n", "\x85", "a b", "=1+1"),
)
IDS = ("7", "007", "7.0", "p1", "P1", "p 1", "p1\u00a0", "p2", "p3", "x" * 9, "x" * 8, "x" * 17, *LABELS[:10])

NASTY = {
    "customer_id": INTEGERS,
    "purchase_id": IDS,
    "product_category": LABELS,
    "purchase_amount": AMOUNTS,
    "purchase_date": DATES,
    "country_code": COUNTRIES,
    "customer_age": AGES,
    "payment_type": LABELS,
}
NASTY = {column: (*texts, "", " \v") for column, texts in NASTY.items()}
GOOD = {
    "customer_id": ("1", "2", "3", "77", "999999999999999999"),
    "purchase_id": ("p1", "p2", "p3", "p4", "7", "007", "Stra\u00dfe"),
    "product_category": ("Books", "Home, Garden", "K\u00fcche", 'say "hi"', "two\nlines"),
    "purchase_amount": ("19.99", "5", "0.005", "1e2", "1234.5", "0"),
    "purchase_date": ("2024-01-31", "2024-02-29 10:00", "2025-12-31T23:59:59", "1999-01-01 00:00:00.5"),
    "country_code": ("DE", "us", "NA", "na"),
    "customer_age": ("35", "10", "120", ""),
    "payment_type": ("card", "cash", "", "Scheck"),
}
CHARACTERS = ",;|\"' \t\r\n\v\f0123456789+-.eEabCDnNaA:TZ/%_\u00e9\u0661\u00a0\u2028\ufeff\U0001f600"
LINE_ENDS = ("\n", "\r\n", "\r")


def fields_of(column):
    """Draw fields of a column: mostly good, some nasty, some arbitrary, some with white space around them."""
    text = st.one_of(
        st.sampled_from(GOOD[column]),
        st.sampled_from(GOOD[column]),
        st.sampled_from(NASTY[column]),
        st.text(CHARACTERS, max_size=6),
    )
    return st.one_of(text, st.builds("{}{}{}".format, PADDING, text, PADDING))


def quoted(text, quote='"'):
    """Quote a field and double the quotes in it."""
    return quote + text.replace(quote, quote * 2) + quote if quote else text


def minimally_quoted(text, delimiter=",", quote='"'):
    """Quote a field only if the format requires it."""
    return quoted(text, quote) if any(mark in text for mark in (delimiter, quote, "\r", "\n") if mark) else text


def line_of(values, delimiter=",", quote='"'):
    """Return one record without its line end."""
    return delimiter.join(minimally_quoted(value, delimiter, quote) for value in values)


QUOTING_STYLES = {
    "minimal": minimally_quoted,
    "quoted": lambda text, _delimiter, quote: quoted(text, quote),
    "bare": lambda text, _delimiter, _quote: text,
    "trailed": lambda text, _delimiter, quote: quoted(text, quote) + "x",
    "stray": lambda text, _delimiter, quote: f"{text}{quote}",
}
_STYLE = st.sampled_from(["minimal"] * 12 + ["quoted"] * 3 + [*QUOTING_STYLES])


@st.composite
def record_texts(draw, delimiter=",", quote='"'):
    """Draw records, some with too many or too few fields or with wrong quotes."""
    fields = [QUOTING_STYLES[draw(_STYLE)](draw(fields_of(column)), delimiter, quote) for column in COLUMNS]
    length_fault = draw(st.integers(0, 19))
    if length_fault == 0:
        fields.append("surplus")
    elif length_fault == 1:
        del fields[draw(st.integers(0, 7)) :]
    return delimiter.join(fields)


@st.composite
def csv_texts(draw, delimiter=",", quote='"', header=COLUMNS, most=6):
    """Draw whole files: header, hostile records, mixed line ends, blank lines, with or without a last line end."""
    line_ends = st.sampled_from(draw(st.sampled_from([LINE_ENDS[:1], LINE_ENDS[1:2], LINE_ENDS])))
    blank_lines = st.sampled_from(["", "", "", "", "\n", "\r\n", "\r\r\n", " \n"])
    text = draw(st.sampled_from(["", "", "\n\r\n"])) + line_of(header, delimiter, quote)
    for record in draw(st.lists(record_texts(delimiter, quote), max_size=most)):
        text += draw(line_ends) + draw(blank_lines) + record
    return text + draw(st.sampled_from(["", "\n", "\r\n", "\n\n"]))


def plain_csv(rows, header=COLUMNS, end="\n", delimiter=","):
    """Return a well-formed file of rows; each row is a dict of column → text."""
    lines = [line_of(header, delimiter)]
    lines += [line_of((row[column] for column in COLUMNS), delimiter) for row in rows]
    return end.join([*lines, ""])


VALID = {
    "customer_id": "1",
    "purchase_id": "p1",
    "product_category": "Books",
    "purchase_amount": "19.99",
    "purchase_date": "2024-01-31",
    "country_code": "DE",
    "customer_age": "35",
    "payment_type": "card",
}
"""A record without a fault."""


def purchase(number=1, **changes):
    """Return a valid record; its purchase_id ends with ``number``."""
    return {**VALID, "purchase_id": f"p{number}", **changes}


def many_purchases(rows, seed=0, nasty_share=0.1):
    """Return seeded good and bad records, some with the id of an earlier one: for files too long for Hypothesis."""
    state = [seed * 7919 + 12345]

    def below(limit):
        state[0] = (state[0] * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (state[0] >> 33) % limit

    def field(column, number):
        if column == "purchase_id" and below(10):
            return f"id-{number}" if below(10) else f"id-{below(number + 1)}"
        if below(1000) < nasty_share * 1000:
            return NASTY[column][below(len(NASTY[column]))]
        if column == "customer_id":
            return str(below(rows // 3 + 1) + 1)
        if column == "purchase_amount":
            return f"{below(100_000) / 100:.2f}"
        return GOOD[column][below(len(GOOD[column]))]

    return [{column: field(column, number) for column in COLUMNS} for number in range(rows)]
