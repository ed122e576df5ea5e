"""`python -m grader` and the `grader` script."""

import sys

from grader.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
