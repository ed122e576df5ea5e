"""What tasks in other languages need of the machine: looked for, prepared once, proven."""
