"""From plan to result: the one path that every sample takes."""
