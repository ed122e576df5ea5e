"""Test runners of whole exercises: how tests of a track are built and run, and what they report."""
