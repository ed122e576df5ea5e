"""Plug-in family: judge a kind of task: two pure functions around an execution; one file per member."""
