"""Reading what a model wants to change: pure, and never a repair."""
