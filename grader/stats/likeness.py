"""How much of the tasks' own solutions is in a run's patches: counts that fit a report."""

from collections import Counter

from grader.core.report import LikeSample, SolutionLikeness
from grader.core.result import Result

NEAR = 0.9
"""Share of the solution's lines from which a patch is named as nearly the same."""
SCALE = 1_000_000
BINS = 10
NAMED = 1000


class LikenessCounts:
    """Counts while results come; what is taken back is counted down."""

    def __init__(self, order: dict[str, int]) -> None:
        """`order`: task id → its place in the dataset."""
        self._order = order
        self._bins: Counter[int] = Counter()
        self._sum = 0
        self._near: dict[tuple[str, int], LikeSample] = {}

    def add(self, result: Result, by: int) -> None:
        """Count one result, or take it back."""
        share = result.solution_share
        if share is None:
            return
        self._bins[min(int(share * BINS), BINS - 1)] += by
        self._sum += by * round(share * SCALE)
        if share < NEAR:
            return
        key = (result.task_id, result.index)
        if by < 0:
            self._near.pop(key, None)
        else:
            self._near[key] = LikeSample(
                task_id=result.task_id,
                index=result.index,
                share=share,
                lines=result.solution_lines,
                verdict=result.verdict.value,
            )

    def found(self) -> SolutionLikeness | None:
        """None where no result says anything."""
        compared = self._bins.total()
        if not compared:
            return None
        near = sorted(self._near.items(), key=lambda item: (self._order[item[0][0]], item[0][1]))
        return SolutionLikeness(
            compared=compared,
            mean=self._sum / SCALE / compared,
            bins=tuple(self._bins[number] for number in range(BINS)),
            near=len(near),
            samples=tuple(sample for _, sample in near[:NAMED]),
        )
