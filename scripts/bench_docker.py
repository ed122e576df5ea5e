"""What a repository sample costs besides its own commands, and streaming output in memory.

The same toy instance is graded by this engine and by the sequence of calls that the official
SWE-bench harness makes, taking turns. Source: swebench 5.0.2, `harness/run_evaluation.py` and
`harness/docker_utils.py`: create and start with `tail -f /dev/null`, two archives with a folder
made for each, the patch, a diff, the script in a thread, a diff, then the client's `docker stop
--time=15` and `docker rm --force`. Its logs and its reading of them are left out, ours is not.
"""

import argparse
import io
import json
import resource
import statistics
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import docker

from grader.core.container import ContainerOptions
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, Step
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine.attempt import attempt
from grader.graders.repo import Spec
from grader.sandboxes.base import Provider, ProviderSettings, Sandbox
from grader.sandboxes.docker import open_provider

LIMITS = Limits(cpu_s=600, wall_s=600, memory_mb=512, pids=128, output_kb=4096)
FLOOD = "yes 0123456789012345678901234567890123456789 | head -c {size}"
IMAGE = "grader/bench-toy:latest"
DOCKERFILE = f"""FROM {ContainerOptions().image}
RUN mkdir /testbed && cd /testbed && echo old >file && git init -q && git add -A \\
 && git -c user.name=b -c user.email=b@b commit -q -m base
WORKDIR /testbed
"""
PATCH = """diff --git a/file b/file
--- a/file
+++ b/file
@@ -1 +1 @@
-old
+new
"""
SCRIPT = """#!/bin/bash
set -uxo pipefail
cd /testbed
: '>>>>> Start Test Output'
grep -q new file && echo PASSED test_file.py::test_new
SWEBENCH_TEST_EXIT_CODE=$?
: '>>>>> End Test Output'
echo ">>>>> Test Exit Code: $SWEBENCH_TEST_EXIT_CODE"
"""


class Cost(NamedTuple):
    """Seconds of one sample."""

    total_s: float
    commands_s: float
    """In the commands of the sample itself: applying, diffs, the script."""
    teardown_s: float

    @property
    def fixed_s(self) -> float:
        """All the rest."""
        return self.total_s - self.commands_s


@contextmanager
def toy_image() -> Iterator[None]:
    """A repository of one file, removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Dockerfile").write_text(DOCKERFILE)
        words = ["docker", "build", "-q", "-t", IMAGE, folder]
        subprocess.run(words, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["docker", "rmi", "-f", IMAGE], check=False, capture_output=True)


def toy_job() -> Job:
    spec = Spec(
        repo="bench/toy", base_commit="HEAD", eval_script=SCRIPT, log_parser="parse_log_pytest",
        fail_to_pass=("test_file.py::test_new",), pass_to_pass=(), patch=PATCH, test_patch="",
    )  # fmt: skip
    task = Task(
        id="toy", benchmark="bench", kind="repo", image=Image(name=IMAGE), limits=LIMITS,
        spec=spec.model_dump(mode="json"),
    )  # fmt: skip
    return Job(
        task=task, sample=Sample(task_id="toy", index=0, body=PATCH, whole=True), reading="parity"
    )


class Watched:
    """A provider that remembers the phases of its last container."""

    def __init__(self, inner: Provider) -> None:
        self.inner = inner
        self.phases: dict[str, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @asynccontextmanager
    async def sandbox(self, plan: Plan) -> AsyncGenerator[Sandbox]:
        async with self.inner.sandbox(plan) as lent:
            yield lent
        self.phases = getattr(lent, "phases")  # noqa: B009  beyond the protocol


async def ours(provider: Watched) -> Cost:
    """One sample from plan to verdict."""
    began = time.monotonic()
    result = await attempt(toy_job(), provider)
    total_s = time.monotonic() - began
    assert (result.verdict, result.attempts) == ("passed", 1), result.reason
    assert result.execution is not None
    commands_s = sum(step.wall_s for step in result.execution.steps)
    return Cost(total_s, commands_s, provider.phases["teardown"])


class Official:
    """The harness's calls for one sample."""

    def __init__(self, client: docker.DockerClient) -> None:
        self.began = time.monotonic()
        self.commands_s = 0.0
        self.box = client.containers.create(
            IMAGE, "tail -f /dev/null", user="root", detach=True, cap_add=["SYS_ADMIN"]
        )
        self.box.start()

    def command(self, words: str) -> None:
        """A command of the sample itself."""
        began = time.monotonic()
        found = self.box.exec_run(words, workdir="/testbed", user="root")
        self.commands_s += time.monotonic() - began
        assert found.exit_code == 0, found.output

    def send(self, folder: str, name: str, data: bytes) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        self.box.exec_run(f"mkdir -p {folder}")
        self.box.put_archive(folder, buffer.getvalue())

    def cost(self) -> Cost:
        self.send("/tmp", "patch.diff", PATCH.encode())
        self.command("git apply --verbose /tmp/patch.diff")
        self.command("git -c core.fileMode=false diff")
        self.send("/", "eval.sh", SCRIPT.encode())
        tests = threading.Thread(target=self.command, args=("/bin/bash /eval.sh",))
        tests.start()
        tests.join()
        self.command("git -c core.fileMode=false diff")
        ended = time.monotonic()
        for words in (("stop", "--time=15"), ("rm", "--force")):
            subprocess.run(["docker", *words, self.box.id], check=True, capture_output=True)
        now = time.monotonic()
        return Cost(now - self.began, self.commands_s, now - ended)


def theirs(client: docker.DockerClient) -> Cost:
    return Official(client).cost()


async def stream(provider: Provider, size: int) -> float:
    """Print `size` bytes in one container; MB/s."""
    script = ("sh", "-c", FLOOD.format(size=size))
    flood = Step(name="flood", action=Command(argv=script, merged=True, overflow="cut"))
    plan = Plan(image=Image(name=IMAGE), limits=LIMITS, steps=(flood,))
    async with provider.sandbox(plan) as sandbox:
        began = time.monotonic()
        result = await sandbox.run(flood, LIMITS)
        assert result.truncated == ("stdout",), result
    return size / 1e6 / (time.monotonic() - began)


def medians(costs: list[Cost]) -> dict[str, float]:
    return {
        "fixed_s": statistics.median(each.fixed_s for each in costs),
        "teardown_s": statistics.median(each.teardown_s for each in costs),
        "commands_s": statistics.median(each.commands_s for each in costs),
    }


async def measure(rounds: int, megabytes: int) -> dict[str, object]:
    client = docker.from_env(version="1.41", timeout=60)
    mine: list[Cost] = []
    official: list[Cost] = []
    async with open_provider(ProviderSettings(run_id="bench", workers=2)) as opened:
        provider = Watched(opened)
        await ours(provider)  # the first one looks the image up
        for _ in range(rounds):
            mine.append(await ours(provider))
            official.append(await anyio.to_thread.run_sync(theirs, client))
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(stream, opened, megabytes * 1_000_000 // 2)
    client.close()
    return {
        "rounds": rounds,
        "grader": medians(mine),
        "official": medians(official),
        "streamed_mb": megabytes,
        "engine_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=1000)
    given = parser.parse_args()
    with toy_image():
        print(json.dumps(anyio.run(measure, given.rounds, given.megabytes), indent=2))
