"""What the members of the SWE-bench family share: rows, tasks, predictions, scripts."""
