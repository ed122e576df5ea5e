"""Samples as other tools write them, turned into rows of `task_id` and `completion` or `solution`.

`contents` reads what a file holds (compressed, zipped, JSON Lines, one JSON text, CSV, parquet);
`documents` knows the tools that write one text for a whole run; `answers` finds a row's id and the
model's text under the names that people use; `reading` puts them together.
"""
