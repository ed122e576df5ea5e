"""The engine that callers hold: open for long, asked from any thread, loop and process."""
