"""By how many samples something holds, by name: counts that can be taken back."""

from collections import Counter

from grader.core.result import Result, Verdict


class HowJudged:
    """By what samples were judged: trust, engine and the way their code was taken out."""

    def __init__(self) -> None:
        self._trust: Counter[str] = Counter()
        self._passes: Counter[str] = Counter()
        self._engines: Counter[str] = Counter()
        self._extraction: Counter[str] = Counter()

    def add(self, result: Result, by: int) -> None:
        """Count a result `by` times, which may be -1; without a verdict there is no trust."""
        if result.verdict is not Verdict.UNGRADED:
            self._trust[result.trust.value] += by
        if result.verdict is Verdict.PASSED:
            self._passes[result.trust.value] += by
        if result.engine_version:
            self._engines[result.engine_version] += by
        if result.extraction:
            self._extraction[result.extraction] += by

    def trust(self) -> dict[str, int]:
        """Trust value → graded samples."""
        return positive(self._trust)

    def passes(self) -> dict[str, int]:
        """Trust value → passing samples."""
        return positive(self._passes)

    def engines(self) -> dict[str, int]:
        """Version of the engine that judged → samples; older results do not say it."""
        return positive(self._engines)

    def extraction(self) -> dict[str, int]:
        """Extraction rule → samples."""
        return positive(self._extraction)


def positive(counts: dict[str, int]) -> dict[str, int]:
    """Keep what occurred, by name: a report must not depend on the order of results."""
    return {name: count for name, count in sorted(counts.items()) if count > 0}
