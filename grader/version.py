"""The engine's version, below everything that says it."""

VERSION = "0.1.0"
