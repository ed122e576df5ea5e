"""How many workers are believed."""

WORKERS_MAX = 1024
"""More than any one machine has use for. Ten million took 24 GB before the first sample."""
