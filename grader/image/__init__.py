"""File systems to run in: found by name, pinned by content."""
