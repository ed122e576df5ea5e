"""Where a run is kept, and what it is: its manifest, and whether it may go on as asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from grader.core.manifest import Manifest
from grader.core.task import Task
from grader.engine.loaded import LoadedDataset
from grader.engine.run_id import new_run_id
from grader.errors import UsageError
from grader.record import directory, journal, manifest
from grader.run import adaptive
from grader.run.grounds import grounds
from grader.run.intake import SamplesSource
from grader.run.options import Options, resume_command
from grader.sandboxes.base import Provider


class RunPlace(NamedTuple):
    """Where a run is kept."""

    path: Path
    run_id: str
    stored: Manifest | None
    """The manifest of the run that goes on; None for a new one."""


def place_of(options: Options, data: LoadedDataset, source: SamplesSource) -> RunPlace:
    """A new run's place, or that of the run to go on with; UsageError where neither can be."""
    name = data.benchmark.name
    run_id = new_run_id(name)
    if not options.resume:
        path = options.out or directory.ROOT / run_id
        directory.refuse_occupied(path)
        return RunPlace(path, run_id, None)
    if source.handed is not None and options.out is None:
        raise UsageError("samples handed over have no name to find their run by; name it with out=")
    path = options.out or directory.newest(
        name, samples=source.name, sha256=source.sha256, shard=options.shard
    )
    if path.is_dir() and not directory.has_run(path):
        directory.refuse_occupied(path)  # killed before its first line: there is nothing to lose
        return RunPlace(path, run_id, None)
    if not path.exists():
        raise UsageError(f"nothing to resume: there is no {path}; leave out --resume")
    stored = manifest.read(path)
    return RunPlace(path, stored.run_id, stored)


def manifest_for(
    options: Options,
    place: RunPlace,
    *,
    data: LoadedDataset,
    chosen: Mapping[str, Task],
    source: SamplesSource,
    provider: Provider,
) -> Manifest:
    """This evaluation's manifest; UsageError where a stored one says that it was another."""
    wanted = Manifest(
        run_id=place.run_id,
        dataset=data.reference,
        samples_path=source.name,
        samples_sha256=source.sha256,
        selection=options.tasks,
        limit=options.limit,
        shard=options.shard,
        timeout_s=options.timeout_s,
        memory_mb=options.memory_mb,
        pids=options.pids,
        rule=options.rule,
        containers=getattr(provider, "options", None),
        adaptive=adaptive.reference_of(options.adaptive) if options.adaptive else None,
        k=options.k,
        model=options.model,
        tags=options.tags,
        command=options.command,
        **grounds(options, chosen, provider),
    )
    if place.stored:
        refuse_other_tier(place, provider)
    changed = manifest.differences(place.stored, wanted) if place.stored else []
    if changed:
        raise UsageError(
            f"{place.path} was another evaluation: {'; '.join(changed)};"
            " give the same options or start a new run"
        )
    refuse_renaming(place, options)
    return wanted


def refuse_other_tier(place: RunPlace, provider: Provider) -> None:
    """UsageError where a run would go on behind other walls than it began with."""
    before = place.stored.isolation if place.stored else None
    now = provider.isolation
    if before is None or before.tier == now.tier:
        return
    why = getattr(provider, "fell", "")
    raise UsageError(
        f"{place.path} was begun in the tier '{before.tier}', and here is '{now.tier}'"
        f"{f' ({why})' if why else ''}; resume it where the run began, or start a new one"
    )


def refuse_renaming(place: RunPlace, options: Options) -> None:
    """UsageError where a resume names another model or tags: a run keeps those it began with."""
    stored = place.stored
    if stored is None:
        return
    pairs = (("--model", options.model, stored.model), ("--tag", options.tags, stored.tags))
    for name, given, kept in pairs:
        if given and given != kept:
            was = ", ".join(kept) if isinstance(kept, tuple) else kept
            raise UsageError(
                f"{place.path} was begun with {f'{name} {was}' if kept else f'no {name}'}, and a"
                f" resume changes nothing of that; leave out {name} or start a new run"
            )


def start_run(path: Path, wanted: Manifest, options: Options) -> None:
    """Write the manifest of a new run; JournalError where the disk refuses."""
    try:
        if options.adaptive:
            adaptive.keep_bank(path, options.adaptive)
        manifest.write(path, wanted)
    except OSError as error:
        resume = resume_command(options, path)
        raise journal.trouble(path / manifest.NAME, error, resume=resume) from error
