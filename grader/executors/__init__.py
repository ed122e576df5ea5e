"""Plug-in family: where attempts happen; one file per member."""
