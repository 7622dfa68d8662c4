"""Format names and ids from the data as readable text."""

NO_NAME = "(none)"
ELLIPSIS = "…"
_CONTROL_PICTURES = {code: 0x2400 + code for code in range(32)} | {127: 0x2421}


def make_visible(text: str) -> str:
    """Replace control characters by visible Unicode symbols (``␉`` for a tab); an empty text becomes ``(none)``."""
    return text.translate(_CONTROL_PICTURES) or NO_NAME


def shorten(text: str, max_chars: int) -> str:
    """Cut a text to at most ``max_chars`` characters; the last character of a cut text is an ellipsis."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 1]}{ELLIPSIS}"


def format_run_id(run_id: str) -> str:
    """Format a run id (a timestamp such as ``2026-11-22T22.23.06.123Z``) for readers: ``2026-11-22 22:23:06``."""
    date, _, time = run_id.partition("T")
    return f"{date} {time[:8].replace('.', ':')}".strip()
