"""A task out of a sealed benchmark: what it tests may be shown to checkers alone."""

from grader.core.task import Task


class SealedTask(Task):
    """As any task. Nothing that outlives the attempt may show what stands in `spec`.

    A class and not a field, so that what is open has the same bytes, and digests, as ever.
    """

    nonce: str
    """Drawn when the task was first sealed: digests of it cannot be found by trying."""
    is_open: bool = True
    """False where only the public part is known: `spec` holds the prompt and no more."""
