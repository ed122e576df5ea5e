"""The command line: parse, compose, print; one command, one file."""
