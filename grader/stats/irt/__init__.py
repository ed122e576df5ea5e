"""Item response theory: how able a run is, from how hard and how telling each task is."""
