"""Plug-in family: named, versioned sets of tasks and how to load them; one file per member."""
