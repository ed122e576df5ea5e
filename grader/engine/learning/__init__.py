"""What is learned about a task from its own solution, once, and kept."""
