"""Scores by programming language, of benchmarks whose tasks have several."""

from collections import Counter
from collections.abc import Mapping, Sequence

from grader.core.report import LanguageScore
from grader.core.result import Result, Verdict
from grader.stats.clusters import clusters_of
from grader.stats.figures import metrics, task_count

BENCHMARKS = frozenset({"multipl-e", "humaneval-x"})
"""Benchmarks whose ids begin with the language: `js/HumanEval_0_add`, `Rust/0`."""
NAMES = {"javascript": "js", "rust": "rs"}


def language_in(task_id: str) -> str:
    """The language that such an id begins with; empty for an id of another kind."""
    before, slash, _ = task_id.partition("/")
    name = before.lower()
    return NAMES.get(name, name) if slash else ""


class LanguageTrust:
    """Graded samples by language and trust, counted while results come."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: dict[str, Counter[str]] = {}

    def add(self, result: Result, by: int) -> None:
        """Count a result, or take it back with -1."""
        if result.verdict is not Verdict.UNGRADED:
            counts = self._counts.setdefault(language_in(result.task_id), Counter())
            counts[result.trust.value] += by

    def of(self, language: str) -> dict[str, int]:
        """Trust value → samples of that language."""
        found = self._counts.get(language, Counter[str]())
        return {name: count for name, count in sorted(found.items()) if count > 0}


def by_language(
    benchmark: str,
    covered: Mapping[str, Mapping[str, int]],
    ks: Sequence[int],
    trust: LanguageTrust,
) -> tuple[LanguageScore, ...]:
    """A score for each language of a benchmark that has several, in the order of their names.

    `covered`: task id → verdict counts, of tasks with a sample.
    """
    if benchmark not in BENCHMARKS:
        return ()
    found: list[LanguageScore] = []
    for language in sorted({language_in(task) for task in covered}):
        tasks = {task: each for task, each in covered.items() if language_in(task) == language}
        counts = [task_count(each) for each in tasks.values()]
        found.append(
            LanguageScore(
                language=language,
                tasks=len(tasks),
                samples=sum(sum(each.values()) for each in tasks.values()),
                graded=sum(each.graded for each in counts),
                passed=sum(each.passed for each in counts),
                metrics=metrics(tasks.values(), ks, clusters_of(list(tasks))),
                trust=trust.of(language),
            )
        )
    return tuple(found)
