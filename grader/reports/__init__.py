"""Plug-in family: renderings of a finished run; one file per member."""
