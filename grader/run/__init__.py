"""Doing one evaluation: from options and samples to journal and report."""
