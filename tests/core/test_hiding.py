"""Packages hidden from those who import what they find."""

import importlib
import sys

import pytest

from customer_analytics.core.hiding import hidden


def test_a_hidden_package_cannot_be_imported_and_can_be_afterwards(monkeypatch):
    monkeypatch.delitem(sys.modules, "antigravity", raising=False)

    with hidden("antigravity"), pytest.raises(ImportError):
        importlib.import_module("antigravity")

    assert "antigravity" not in sys.modules


def test_what_is_imported_already_stays():
    with hidden("json"):
        assert importlib.import_module("json") is sys.modules["json"]

    assert sys.modules["json"] is not None


def test_a_package_is_no_longer_hidden_after_an_error():
    with pytest.raises(ValueError, match="some error"), hidden("a_package_that_is_not_there"):
        raise ValueError("some error")

    assert "a_package_that_is_not_there" not in sys.modules
