"""Leaderboards: runs in, a static site out; every figure is computed again from single results."""
