"""Slots: a trusted supervisor that forks one untrusted process per step.

Some modules run in the engine: `slot`, `examiner`, `pair`, `command_pair` and `standing_command`
drive slots; `request`, `frames` and `facts` are what is said to them and heard; `host`,
`distributions` and `sweep` know this machine. Everything else also runs on the other side and
imports nothing but the standard library.
"""
