"""Slots: a trusted supervisor that forks one untrusted process per step.

`slot`, `request`, `pair`, `host` and `sweep` run in the engine; everything else also runs on the
other side and imports nothing but the standard library.
"""
