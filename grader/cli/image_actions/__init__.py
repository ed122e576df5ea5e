"""What `grader images` does: a module for each action, and what several of them share."""
