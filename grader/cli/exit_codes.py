"""What the process's exit status says; the README's table repeats `MEANING` word for word."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit status of every command."""

    GRADED = 0
    BUG = 1
    USAGE = 2
    BELOW = 3
    UNGRADED = 4
    UNUSABLE = 5
    INTERRUPTED = 130


MEANING = {
    Exit.GRADED: "all samples graded",
    Exit.BUG: "a bug in grader; a report to paste is printed",
    Exit.USAGE: "wrong usage or bad input; nothing was lost",
    Exit.BELOW: "all graded, but below --fail-under; of grader grade: it did not pass",
    Exit.UNGRADED: "graded, but some samples stayed ungraded (our trouble, or a full disk)",
    Exit.UNUSABLE: "the environment is unusable and nothing was graded",
    Exit.INTERRUPTED: "interrupted; the command that resumes is printed",
}
