"""Pure mathematics on plain sequences."""
