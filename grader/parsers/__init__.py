"""Plug-in family: read a test log: text in, outcomes out; one file per member."""
