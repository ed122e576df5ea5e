"""What runs in a task's own image: standard library only, and syntax that Python 3.6 reads."""
