"""Plug-in family: isolated places to run untrusted steps in; one file per member."""
