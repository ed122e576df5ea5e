"""What becomes of results that are believed: the first counts, others are compared with it."""

from collections.abc import Iterable

from grader.core.job import Job, sample_digest
from grader.core.placement import UNLIKE_MOST, UnlikeRuns
from grader.core.result import Cause, Result, Verdict
from grader.executors._machines.answers import same_outcome
from grader.executors._machines.machine import AskedJob, Machine
from grader.executors._machines.queue import JobQueue
from grader.executors._machines.roster import MachineRoster
from grader.version import VERSION

ELSEWHERE = 2
"""Further machines that are asked for a sample that could not be graded."""


class ResultCounter:
    """Each job's one result."""

    def __init__(self, queue: JobQueue, roster: MachineRoster) -> None:
        """Nothing came yet."""
        self.run_twice = 0
        self.unlike: list[UnlikeRuns] = []
        self._queue = queue
        self._roster = roster

    def hand_out(self, machine: Machine, pairs: Iterable[tuple[AskedJob, Result]]) -> None:
        """Let whole and believed results count."""
        for asked, result in pairs:
            asked.holders.discard(machine.name)
            if asked.result is not None:
                self._compare(asked, result, machine)
            elif result.verdict is Verdict.UNGRADED and self._goes_elsewhere(
                asked, result, machine
            ):
                self._queue.again(asked)
            else:
                self.finish(asked, result, machine.name)
                machine.share["samples"] += 1
                steps = result.execution.steps if result.execution else ()
                machine.share["run_s"] += sum(step.wall_s for step in steps)

    def finish(self, asked: AskedJob, result: Result, name: str) -> None:
        """This is the one that counts."""
        asked.result = result
        asked.result_from = name
        asked.done.set()

    def _compare(self, asked: AskedJob, result: Result, machine: Machine) -> None:
        """A further complete result: the first one counts, and what differs is told."""
        self.run_twice += 1
        kept = asked.result
        assert kept is not None  # noqa: S101  the caller looked
        if same_outcome(kept, result) or Verdict.UNGRADED in {result.verdict, kept.verdict}:
            return
        if len(self.unlike) < UNLIKE_MOST:
            self.unlike.append(
                UnlikeRuns(
                    task_id=kept.task_id,
                    index=kept.index,
                    kept=kept.verdict.value,
                    kept_from=asked.result_from,
                    other=result.verdict.value,
                    other_from=machine.name,
                )
            )

    def _goes_elsewhere(self, asked: AskedJob, result: Result, machine: Machine) -> bool:
        """Whether another machine may say more of a sample that this one could not grade."""
        asked.ungraded[machine.name] = result
        if asked.holders:
            return True
        others = [each for each in self._roster.ready() if each.name not in asked.ungraded]
        is_own = result.cause in {Cause.TASK, Cause.DEADLINE}
        return bool(others) and not is_own and len(asked.ungraded) <= ELSEWHERE


def ungraded(job: Job, why: str, *, attempts: int) -> Result:
    """What is said of a sample that no machine could grade."""
    sample = job.sample
    return Result(
        task_id=sample.task_id,
        index=sample.index,
        verdict=Verdict.UNGRADED,
        cause=Cause.ENGINE,
        reason=why,
        attempts=attempts,
        sample_digest=sample_digest(sample),
        known_broken=job.task.known_broken,
        engine_version=VERSION,
    )
