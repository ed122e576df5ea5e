"""An evaluation on other machines: they plan, run and judge, here is ordered, checked and kept."""

import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from grader import plugins
from grader.core.activity import Activity
from grader.core.job import Attempt, Job
from grader.core.placement import Placement
from grader.core.result import Result
from grader.core.task import Task
from grader.engine import packages
from grader.engine.grading import as_asked
from grader.engine.provenance import engine_sha256
from grader.engine.toolchains import needed
from grader.engine.twins import SampleTwins
from grader.errors import UsageError
from grader.executors._facts import ProviderFacts
from grader.executors._machines.dispatch import ChunkDispatcher, open_dispatcher
from grader.executors._machines.machine import LANES, MOST, MachineLink
from grader.executors._machines.wire import AskedReading, MachineFacts, without_address
from grader.record import placement
from grader.run import schedule
from grader.run.options import Options

TOKEN = "GRADER_WORKER_TOKEN"  # noqa: S105  a variable's name
"""Of the environment: what machines over HTTP want to hear."""
EXECUTORS = frozenset({"http", "ray"})
HELD = 3 * LANES * MOST
"""Jobs beyond their source for each machine: under way, held until it is believed, and next."""


class RemoteGrading:
    """Machines that grade; as a `Grading` to whoever only looks at it."""

    surveys = None

    def __init__(self, dispatcher: ChunkDispatcher) -> None:
        """`dispatcher`: open as long as this is used."""
        self.dispatcher = dispatcher
        self.ahead = HELD * len(dispatcher.roster.machines)

    @property
    def provider(self) -> ProviderFacts:
        """What all machines' sandboxes are."""
        return self.dispatcher.facts.of_provider

    @property
    def placement(self) -> Placement:
        """Who did what."""
        return self.dispatcher.placement

    def active(self) -> list[Activity]:
        """Machines do not tell what they are at."""
        return []

    def grading(
        self, options: Options, twins: SampleTwins, slim: Callable[[Result], Result]
    ) -> Attempt:
        """Identical samples once, everything else on some machine; `slim` puts outputs away."""
        self.dispatcher.slim = slim

        async def graded(job: Job) -> Result:
            return await twins.once(as_asked(job, options), self.dispatcher.attempt)

        return graded


def is_wanted(options: Options) -> bool:
    """Whether an evaluation is to be done on other machines."""
    return options.executor in EXECUTORS


def refuse_impossible(options: Options) -> None:
    """UsageError for what is done on one machine only."""
    if options.repeats > 1:
        raise UsageError("repeated passes are timed on one machine; take the executor 'local'")


def asked_of(options: Options, run_id: str, chosen: Mapping[str, Task]) -> AskedReading:
    """How this run wants its samples graded."""
    return AskedReading(
        run_id=run_id,
        extract=options.extract,
        trust=options.trust,
        reading=options.reading,
        surveys=options.surveys,
        fresh=options.fresh.value,
        has_images=schedule.has_images(chosen),
    )


def unfit(options: Options, chosen: Mapping[str, Task]) -> Callable[[MachineFacts], str]:
    """Why a machine will not do for this run; its own options decide, so they must be the run's."""
    shown = packages.shown(options)
    containers = without_address(options.containers)
    toolchains = set(needed.versions_of(chosen.values()))

    def check(facts: MachineFacts) -> str:
        if facts.engine_sha256 != engine_sha256():
            return (
                f"grader {facts.engine_version} of source {facts.engine_sha256[:12]}, and here is"
                f" source {engine_sha256()[:12]}; install the same on both"
            )
        pairs = (
            ("--sandbox", facts.sandbox, options.sandbox),
            ("--package", facts.packages, shown),
            ("--allow-weak", facts.allow_weak, options.allow_weak),
            ("options of containers", facts.containers, containers),
        )
        wrong = [
            f"{name} is {theirs!r} there and {ours!r} here"
            for name, theirs, ours in pairs
            if theirs != ours
        ]
        wrong += [f"no {each} there" for each in sorted(toolchains.difference(facts.toolchains))]
        return "; ".join(wrong)[:1000]

    return check


def links_of(options: Options, asked: AskedReading) -> Sequence[MachineLink]:
    """How machines are reached; UsageError where none is named, or an extra is missing."""
    member: Any = plugins.load("executors", options.executor)
    if options.executor == "http":
        return member.links(options.worker_urls, options.worker_token or os.environ.get(TOKEN, ""))
    return member.links(options, asked)


@asynccontextmanager
async def open_remote(
    options: Options,
    run_id: str,
    directory: Path,
    chosen: Mapping[str, Task],
    *,
    accept: Callable[[Any], None],
    note: Callable[[str], None],
) -> AsyncGenerator[RemoteGrading]:
    """Reach the machines; UsageError, ProviderError where none can be used."""
    asked = asked_of(options, run_id, chosen)
    links = links_of(options, asked)
    member = plugins.load("sandboxes", options.sandbox)
    opened = open_dispatcher(
        links,
        asked,
        check=unfit(options, chosen),
        note=note,
        runs_nothing=getattr(member, "RUNS_NOTHING", False),
    )
    async with opened as dispatcher:
        remote = RemoteGrading(dispatcher)
        accept(remote.provider)
        async with placement.kept(directory, lambda: remote.placement):
            yield remote
