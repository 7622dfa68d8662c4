"""Packages that others import where they find them, though nothing here needs them for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """As if a package were not installed, unless it is imported already."""
    hide = package not in sys.modules
    if hide:
        sys.modules[package] = None  # type: ignore[assignment]  # Python's own mark of what cannot be imported
    try:
        yield
    finally:
        if hide:
            sys.modules.pop(package, None)
