"""Names and values from the data as text that people can read."""

UNNAMED = "(none)"
ELLIPSIS = "…"
_CONTROLS = {code: 0x2400 + code for code in range(32)} | {127: 0x2421}


def visible(text: str) -> str:
    """A name from the data as people can read it: control characters as their signs, nothing as ``(none)``."""
    return text.translate(_CONTROLS) or UNNAMED


def shortened(text: str, most: int) -> str:
    """The text, cut to so many characters with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}{ELLIPSIS}"


def spelt_run(run: str) -> str:
    """A run's id, which is when it began, as people write it: ``2026-11-22 22:23:06``."""
    date, _, time = run.partition("T")
    return f"{date} {time[:8].replace('.', ':')}".strip()
