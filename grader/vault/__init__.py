"""Sealed benchmarks: data whose tests only a key opens. A run's own seal is `record/seal`."""
