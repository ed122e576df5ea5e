"""What a Harbor task directory says, and what an agent left of it."""
