"""What runs in a sandbox to tell mutants from their originals: standard library only."""
