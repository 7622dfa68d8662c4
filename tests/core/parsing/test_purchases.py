"""The contract, rule by rule and against a slow judge in plain Python."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hostile import AMOUNTS, COUNTRIES, NASTY, PADDING, csv_texts, fields_of, many_purchases, plain_csv, purchase
from tests.making import contract_of, dialect_of, judged, raw_chunks, rows_of, typed_chunks
from tests.oracle import COLUMNS, ISO, REASONS, Rules, judge_file

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.parsing.purchases import parse_purchases


def assert_judged_alike(text, rules=None, **reading):
    rules = rules or Rules()
    typed_rows = rows_of(typed_chunks(text, contract_of(rules), dialect=dialect_of(rules), **reading))

    assert typed_rows == judged(judge_file(text, rules))


@given(csv_texts())
@example("\ufeff" + ",".join(COLUMNS) + '\n1,p1,"a\r\nb""c",1,2024-01-01,DE,,\n\n\r\n,,,,,,,')
@example(",".join(COLUMNS))
@example(",".join(COLUMNS) + '\r"never closed,1\n2')
def test_hostile_text_is_judged_row_by_row_as_by_the_oracle(text):
    assert_judged_alike(text)


@given(csv_texts(), st.integers(1, 4))
def test_the_judgement_does_not_depend_on_the_cut(text, chunk_rows):
    whole = rows_of(typed_chunks(text))

    assert rows_of(typed_chunks(text, chunk_rows=chunk_rows)) == whole


@pytest.mark.parametrize("column", COLUMNS)
def test_every_nasty_text_in_an_otherwise_valid_record_is_judged_as_by_the_oracle(column):
    texts = [f"{left}{text}{right}" for text in NASTY[column] for left, right in (("", ""), (" \v", "\f\t\r\n"))]

    assert_judged_alike(plain_csv(purchase(number, **{column: text}) for number, text in enumerate(texts)))


@pytest.mark.parametrize("column", COLUMNS)
@given(st.data())
def test_generated_fields_are_judged_as_by_the_oracle(column, data):
    texts = data.draw(st.lists(fields_of(column), min_size=1, max_size=20))

    assert_judged_alike(plain_csv(purchase(number, **{column: text}) for number, text in enumerate(texts)))


DIGITS = st.text("0123456789", min_size=1, max_size=17)


@given(
    st.lists(
        st.builds(
            "{}{}{}{}{}".format,
            st.sampled_from(["", "", "-", "+"]),
            DIGITS,
            st.sampled_from([".", "", "."]),
            DIGITS,
            st.sampled_from(["", "", "", "e3", "E-5", "e0", "e-30"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 4),
)
def test_decimals_of_any_length_round_half_even_to_the_minor_unit(texts, decimals):
    text = plain_csv(purchase(number, purchase_amount=amount) for number, amount in enumerate(texts))

    assert_judged_alike(text, Rules(amount_decimals=decimals))


@given(
    st.lists(st.integers(0, 10**13), min_size=1, max_size=30),
    st.integers(0, 4),
)
def test_ties_round_to_the_even_minor_unit(units, decimals):
    amounts = [
        f"{unit // 10**decimals}.{unit % 10**decimals:0{max(decimals, 1)}d}5".replace(".05", ".5")
        if decimals == 0
        else f"{unit // 10**decimals}.{unit % 10**decimals:0{decimals}d}5"
        for unit in units
    ]

    assert_judged_alike(
        plain_csv(purchase(number, purchase_amount=amount) for number, amount in enumerate(amounts)),
        Rules(amount_decimals=decimals),
    )


MARKS = [(",", "."), (",", ""), (".", ","), (",", " "), (".", "'"), (".", "\u00a0"), (",", "\u2019"), (".", "_")]


@pytest.mark.parametrize(("decimal_mark", "thousands_mark"), MARKS)
def test_foreign_marks_are_judged_as_by_the_oracle(decimal_mark, thousands_mark):
    swap = str.maketrans({".": decimal_mark, ",": thousands_mark or "!"})
    grouped = [
        "1,234",
        "1,234.5",
        "12,345,678.905",
        "1,23",
        "1234,567",
        ",123",
        "1,,234",
        "1,234,",
        "+1,234e2",
        "-1,234.00",
        "1.234,5",
        "0,001",
        "1,234.5,6",
        "1,234e-1",
        "1,2345",
    ]
    texts = [text.translate(swap) for text in (*grouped, *AMOUNTS)]
    rules = Rules(delimiter=";", decimal_mark=decimal_mark, thousands_mark=thousands_mark)
    rows = [purchase(number, purchase_amount=text) for number, text in enumerate([*texts, *AMOUNTS])]

    assert_judged_alike(plain_csv(rows, delimiter=";"), rules)


GERMAN = Rules(
    delimiter=";",
    quote="'",
    decimal_mark=",",
    thousands_mark=".",
    null_tokens=("NULL", "n/a", "-", "NA", "0", "19.99"),
    date_formats=("%d.%m.%Y", "%d/%m/%y %H:%M"),
    country_aliases={"UK": "GB", "usa": "US", "D": "DE"},
    critical_columns=("customer_id", "purchase_id", "purchase_amount", "purchase_date", "customer_age", "payment_type"),
    age_min=18,
    age_max=99,
    amount_decimals=3,
    columns={"customer_id": "Kundennummer", "purchase_amount": "Betrag (EUR)", "country_code": " LAND "},
)
GERMAN_HEADER = [" KUNDENNUMMER ", *COLUMNS[1:3], "betrag (eur)", "Purchase_Date", "land", *COLUMNS[6:], "not ours"]


@given(csv_texts(delimiter=";", quote="'", header=GERMAN_HEADER))
def test_a_foreign_dialect_is_judged_as_by_the_oracle(text):
    assert_judged_alike(text, GERMAN)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_nasty_text_under_foreign_settings_is_judged_as_by_the_oracle(column):
    texts = [*NASTY[column], *GERMAN.null_tokens, "31.01.2024", "31/01/24 10:00", "31.02.2024", "1.234,5", "null", ""]
    rows = [purchase(number, **{column: text}) for number, text in enumerate(texts)]
    text = plain_csv(rows, header=GERMAN_HEADER[:8], delimiter=";").replace("'", "''").replace('"', "'")

    assert_judged_alike(text, GERMAN)


@given(csv_texts(quote=""))
def test_without_a_quote_every_line_is_a_record(text):
    assert_judged_alike(text, Rules(quote=""))


@pytest.mark.parametrize("delimiter", ["\t", "|", " ", ";"])
def test_any_ascii_character_can_stand_between_fields(delimiter):
    rows = many_purchases(300, nasty_share=0.05)

    assert_judged_alike(plain_csv(rows, delimiter=delimiter), Rules(delimiter=delimiter))


def test_a_long_dirty_file_is_judged_as_by_the_oracle():
    assert_judged_alike(plain_csv(many_purchases(4000)), chunk_rows=700)


def test_rows_of_a_slice_are_judged_as_in_the_whole_chunk():
    (raw,) = raw_chunks(
        plain_csv(purchase(number, purchase_id="" if number == 3 else f"p{number}") for number in range(6))
    )

    selected_rows = parse_purchases(raw.iloc[1:5], Contract())

    assert selected_rows["purchase_id"].fillna("null").tolist() == ["p1", "p2", "null", "p4"]


def test_columns_of_plain_text_are_judged_like_categories():
    text = plain_csv(many_purchases(300)) + "ragged,record\n"
    (raw,) = raw_chunks(text)
    as_text = raw.assign(**{column: raw[column].astype(TEXT) for column in COLUMNS})

    assert rows_of([parse_purchases(as_text, Contract())]) == judged(judge_file(text))


RULES = [
    ("customer_id", "", "null"),
    ("customer_id", " \t\v\f\r\n", "null"),
    ("customer_id", "1003.0", "bad_type"),
    ("customer_id", "1e3", "bad_type"),
    ("customer_id", "1000000000000000000", "bad_type"),
    ("customer_id", "\u0663", "bad_type"),
    ("customer_id", "0", "range"),
    ("customer_id", "-7", "range"),
    ("customer_id", "+7", None),
    ("customer_id", "999999999999999999", None),
    ("purchase_id", "", "null"),
    ("purchase_id", "NULL", None),
    ("product_category", "\v", "null"),
    ("product_category", "never seen before", None),
    ("purchase_amount", "", "null"),
    ("purchase_amount", "$5", "bad_type"),
    ("purchase_amount", "1,000", "bad_type"),
    ("purchase_amount", "nan", "bad_type"),
    ("purchase_amount", "inf", "bad_type"),
    ("purchase_amount", "1e400", "range"),
    ("purchase_amount", "-0.01", "negative"),
    ("purchase_amount", "-0.001", "negative"),
    ("purchase_amount", "-0.00", None),
    ("purchase_amount", "1e2", None),
    ("purchase_date", "", "null"),
    ("purchase_date", "2023-02-29", "malformed"),
    ("purchase_date", "2024-02-29", None),
    ("purchase_date", "31.01.2024", "malformed"),
    ("purchase_date", "2024-01-31T24:00", "malformed"),
    ("purchase_date", "2024-01-31T10:00Z", "malformed"),
    ("purchase_date", "2024-01-31T10:00:00.123", None),
    ("country_code", "", "null"),
    ("country_code", "UK", "unknown"),
    ("country_code", "USA", "unknown"),
    ("country_code", "na", None),
    ("customer_age", "", None),
    ("customer_age", "35.0", "bad_type"),
    ("customer_age", "9", "range"),
    ("customer_age", "10", None),
    ("customer_age", "120", None),
    ("customer_age", "121", "range"),
    ("customer_age", "999999999999999999", "range"),
    ("payment_type", "", None),
    ("payment_type", "Muscheln", None),
]


@pytest.mark.parametrize(("column", "text", "fault"), RULES)
def test_a_value_has_the_fault_of_the_rule_that_it_breaks_and_no_other(column, text, fault):
    (row,) = rows_of(typed_chunks(plain_csv([purchase(**{column: text})])))

    assert row.reasons == ((f"{fault}:{column}",) if fault else ())


def test_a_record_of_another_width_has_one_reason_and_no_values():
    short, long = ",,,", ",".join(purchase().values()) + ",more"
    text = plain_csv([purchase()]) + f"{short}\n{long}\n"

    whole, *broken = rows_of(typed_chunks(text))

    assert whole.reasons == ()
    assert [(row.number, row.raw, row.reasons, set(row.typed_values)) for row in broken] == [
        (2, short, ("structure",), {None}),
        (3, long, ("structure",), {None}),
    ]


def test_one_record_can_have_every_fault_at_once():
    text = plain_csv([dict.fromkeys(COLUMNS, "")])
    critical = Rules(critical_columns=COLUMNS)

    (row,) = rows_of(typed_chunks(text, contract_of(critical)))

    assert row.reasons == tuple(f"null:{column}" for column in COLUMNS)


def test_every_reason_of_the_contract_occurs_in_hostile_files():
    text = plain_csv(many_purchases(3000)) + "too,short\n"
    reasons = {reason for row in rows_of(typed_chunks(text)) for reason in row.reasons}

    assert reasons == set(REASONS) - {"null:customer_age", "null:payment_type"}


def test_namibia_is_never_a_null_token_and_other_columns_may_say_na():
    rules = Rules(null_tokens=("NA", "de"))
    rows = [
        purchase(1, country_code="NA"),
        purchase(2, country_code=" na "),
        purchase(3, payment_type="NA"),
        purchase(4, country_code="DE"),
    ]

    typed_rows = rows_of(typed_chunks(plain_csv(rows), contract_of(rules)))

    assert [row.reasons for row in typed_rows] == [()] * 4
    assert [row.typed_values[5] for row in typed_rows] == ["NA", "NA", "DE", "DE"]
    assert [row.typed_values[7] for row in typed_rows] == ["card", "card", None, "card"]


def test_all_assigned_countries_are_known_in_any_case():
    rows = [purchase(number, country_code=code) for number, code in enumerate([*ISO, *map(str.lower, ISO)])]

    typed_rows = rows_of(typed_chunks(plain_csv(rows)))

    assert len(ISO) == 249
    assert set(COUNTRIES) > ISO
    assert [row.reasons for row in typed_rows] == [()] * 498
    assert [row.typed_values[5] for row in typed_rows] == [*ISO, *ISO]


def test_padding_of_every_ascii_white_space_is_no_part_of_a_value():
    padded = {column: f" \t\r\n\v\f{text}\f\v\n\r\t " for column, text in purchase().items()}

    plain_row, padded_row = rows_of(typed_chunks(plain_csv([purchase(), padded])))

    assert plain_row.typed_values == padded_row.typed_values
    assert padded_row.reasons == ()


def test_white_space_that_is_not_ascii_is_part_of_a_value():
    (row,) = rows_of(typed_chunks(plain_csv([purchase(purchase_id="\u00a0p1\u2003", product_category="\x1cx\x1f")])))

    assert row.typed_values[1:3] == ("\u00a0p1\u2003", "\x1cx\x1f")


def test_ids_are_text_and_keep_their_zeros_and_case():
    rows = [purchase(purchase_id=text) for text in ("007", "7", "P7", "p7")]

    typed_rows = rows_of(typed_chunks(plain_csv(rows)))

    assert [row.typed_values[1] for row in typed_rows] == ["007", "7", "P7", "p7"]


@given(PADDING, st.sampled_from(["a", "", "\u00e9", "a b"]), PADDING)
def test_stripping_leaves_the_inside_alone(left, text, right):
    (row,) = rows_of(typed_chunks(plain_csv([purchase(product_category=left + text + right)])))

    assert row.typed_values[2] == (text or None)
