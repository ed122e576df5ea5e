"""File systems to run in: how they are described, made and found by content."""
