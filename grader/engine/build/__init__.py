"""Tasks that callers have in hand, made of what they have: typed, checked, and named by content."""
