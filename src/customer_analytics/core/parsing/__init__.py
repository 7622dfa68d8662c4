"""Parsers that turn text into typed values: one module per kind of value; ``purchases`` parses whole chunks."""
