"""What really happened in a repository's tests: facts that the tested code does not write."""
