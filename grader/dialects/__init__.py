"""Plug-in family: wire protocols of other programs, translated to ours; one file per member."""
