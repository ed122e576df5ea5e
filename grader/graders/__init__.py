"""Plug-in family: what a kind of task means, as two pure functions; one file per member."""
