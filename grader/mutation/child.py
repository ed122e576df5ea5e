"""`python -m grader.mutation.child`: makes mutants, a line of JSON in, a line of JSON out.

In a process of its own, as CPython 3.11 counts the depth of syntax trees for all threads together:
two that parse at a time raise SystemError now and then, in either (cpython issue 106905).
"""

import json
import sys

from grader.mutation.of_python import mutants_of


def main() -> None:
    """Answer until the input ends, which it does with whoever asks."""
    for line in sys.stdin:
        asked = json.loads(line)
        found = mutants_of(
            asked["before"],
            asked["body"],
            asked["behind"],
            most=asked["most"],
            seed=asked["seed"],
        )
        print(json.dumps(found), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
