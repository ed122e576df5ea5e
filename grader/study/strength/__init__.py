"""How strong a benchmark's tests are: wrong solutions made, graded, and told from right ones."""
