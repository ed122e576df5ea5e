"""Scores by programming language, of benchmarks whose tasks have several."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from grader.benchmarks._translated import language_in
from grader.core.report import LanguageScore
from grader.core.result import Result, Verdict
from grader.stats.clusters import clusters_of
from grader.stats.figures import metrics, task_count

BENCHMARKS = frozenset({"multipl-e", "humaneval-x"})
"""Benchmarks whose ids begin with the language: `js/HumanEval_0_add`, `Rust/0`."""


class LanguageTrust:
    """Graded samples by language and trust, counted while results come."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, result: Result, by: int) -> None:
        """Count a result, or take it back with -1."""
        if result.verdict is not Verdict.UNGRADED:
            self._counts[language_in(result.task_id)][result.trust.value] += by

    def of(self, language: str) -> dict[str, int]:
        """Trust value → samples of that language."""
        return {name: count for name, count in sorted(self._counts[language].items()) if count > 0}


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
    grouped: defaultdict[str, dict[str, Mapping[str, int]]] = defaultdict(dict)
    for task, each in covered.items():
        grouped[language_in(task)][task] = each
    found: list[LanguageScore] = []
    for language, tasks in sorted(grouped.items()):
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
