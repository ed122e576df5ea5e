"""Which tasks the entries of a board solve: the heat map's data, as short as they can be read."""

from collections.abc import Iterable, Mapping, Sequence

from grader.stats.passk import TaskCount

UNKNOWN = "-"


def by_ease(runs: Sequence[Mapping[str, TaskCount]]) -> tuple[str, ...]:
    """Every task id, those with the highest mean share of right samples first."""
    shares: dict[str, list[float]] = {}
    for run in runs:
        for task, count in run.items():
            if count.graded:
                shares.setdefault(task, []).append(count.passed / count.graded)
    return tuple(sorted(shares, key=lambda task: (-sum(shares[task]) / len(shares[task]), task)))


def told(tasks: Iterable[str], counts: Mapping[str, TaskCount]) -> str:
    """One run's outcomes in the order of `tasks`, as `Entry.outcomes` has them."""
    return " ".join(word(counts.get(task)) for task in tasks)


def word(count: TaskCount | None) -> str:
    """One task."""
    if count is None or not count.graded:
        return UNKNOWN
    return f"{count.passed}" if count.graded == 1 else f"{count.passed}/{count.graded}"


def read(outcomes: str) -> list[TaskCount]:
    """The counts that `told` has written down."""
    return [counted(each) for each in outcomes.split()]


def counted(text: str) -> TaskCount:
    """One task."""
    if text == UNKNOWN:
        return TaskCount(0, 0)
    passed, _, graded = text.partition("/")
    return TaskCount(int(graded or 1), int(passed))
