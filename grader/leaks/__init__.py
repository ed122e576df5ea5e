"""What an image holds of its task's future: looked for inside it, judged outside."""
