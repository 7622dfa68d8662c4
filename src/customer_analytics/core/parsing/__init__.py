"""From text to typed values: one module per kind of value; ``purchases`` puts them together."""
