"""What tasks run in: looked for, pulled, made, audited, pruned."""
