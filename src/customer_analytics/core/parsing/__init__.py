"""Parsers from text to typed values: one module per kind of value; ``purchases`` parses whole tables."""
