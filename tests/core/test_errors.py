"""Errors that a user can act on."""

import pickle

from customer_analytics.core.errors import CustomerAnalyticsError, InputError, SettingError, listed


def test_an_error_says_where_what_was_expected_what_was_found_and_what_to_do():
    error = SettingError("here", "this", "that", "do so")

    assert isinstance(error, CustomerAnalyticsError)
    assert str(error) == "here: expected this; found that. Hint: do so"


def test_an_error_goes_whole_from_one_process_to_another():
    error = InputError("here", "this", "that", "do so")
    error.add_note("in chunk 3")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes

    assert (type(copy), str(copy), copy.__notes__) == (InputError, str(error), ["in chunk 3"])


def test_names_are_listed_in_quotes_and_counted_past_a_dozen():
    assert listed([]) == "nothing"
    assert listed(["a", 1]) == "'a', '1'"
    assert listed(range(13)).endswith("'11', … (13 in all)")
