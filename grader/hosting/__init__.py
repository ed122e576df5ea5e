"""A benchmark that others submit to: accounts, queue, board and log."""
