"""Grade one sample when told to; prints the tier, then what came of the sample, as JSON lines.

Usage: python disturbed_runner.py; begins when a line comes in. Its tests watch their process: who
passes them from another one must pass in one as well.
"""

import json
import sys

import anyio

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.engine.learning.survey import TaskSurveys
from grader.sandboxes.base import ProviderSettings

TASK = Task(
    id="slow", benchmark="own", kind="function", limits=Limits(cpu_s=10, wall_s=2),
    spec={"tests": "import os\nassert f(2) == 4\n", "entry_point": "f", "reference": "def f(n):\n  return 2*n"},
)  # fmt: skip
BODY = "import time\n\ndef f(n):\n    time.sleep(0.7)\n    return 2 * n\n"


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


async def main() -> None:
    job = Job(task=TASK, sample=Sample(task_id="slow", index=0, body=BODY, whole=True))
    async with plugins.load("sandboxes", "local").open_provider(
        ProviderSettings(run_id="dis")
    ) as provider:
        say(tier=provider.isolation.tier)
        await anyio.to_thread.run_sync(sys.stdin.readline)
        result = await attempt(job, provider, surveys=TaskSurveys())
        say(verdict=result.verdict, reason=result.reason, attempts=result.attempts)


if __name__ == "__main__":
    anyio.run(main)
