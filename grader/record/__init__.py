"""A run's directory on disk: what is in it, how it is written, read and proven."""
