"""Environments: which packages a benchmark's programs see, one folder for each."""
