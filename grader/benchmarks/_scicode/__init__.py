"""SciCode: its problems, its targets, and its answers."""
