"""Machine code, also where it cannot be kept."""

from customer_analytics.core.compiled import compiled, inlined


def test_a_function_of_no_file_is_compiled_without_keeping_its_code():
    made = {}
    exec("def doubled(number):\n    return 2 * number", made)  # noqa: S102  code that stands in no file

    assert compiled(made["doubled"])(21) == 42
    assert inlined(made["doubled"])(4) == 8
