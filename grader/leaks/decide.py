"""What an image's facts mean: which of them lead to the task's solution."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from grader.core.leak import LeakTrace, TraceWeight
from grader.image.layers import LayerSearch
from grader.leaks.read import FutureCommit, ImageFacts

MANY = 0.6
"""Share of the solution's lines in one file from which the file is taken for the solution."""
FEW = 3
"""Solutions with fewer lines agree with other code by chance."""
PATCHES = (".patch", ".diff", ".rej", ".orig")
SHOWN = 3
LATEST_S = 253_402_300_799
"""9999-12-31: `datetime` knows nothing later."""


class SearchedLines(NamedTuple):
    """What was looked for."""

    lines: tuple[str, ...]
    """Of the solution."""
    paths: tuple[str, ...]
    """Files that it changes."""
    names: tuple[str, ...]
    """Names under which the project is published, lower-case, with `-` for `_`."""


def traces(facts: ImageFacts, wanted: SearchedLines) -> tuple[LeakTrace, ...]:
    """Everything that leads, or might lead, to the solution; the worst first."""
    found = [*_history(facts), *_pointers(facts), *_objects(facts), *_files(facts, wanted)]
    found += _archives(facts, wanted)
    return sorted_by_weight(found)


def sorted_by_weight(found: list[LeakTrace]) -> tuple[LeakTrace, ...]:
    """The worst first."""
    weights = list(TraceWeight)
    return tuple(sorted(found, key=lambda trace: weights.index(trace.weight)))


def hidden(facts: ImageFacts, layers: LayerSearch) -> list[LeakTrace]:
    """Lines of the solution that are in the image's layers and in no file of its tree.

    Containers do not show what a later layer removed, but whoever has the image can read it.
    """
    shown = {line for _, lines in (*facts.holds, *facts.pristine) for line in lines}
    looked_for = [line for line in layers.looked_for if line not in shown]
    count = sum(line in layers.found for line in looked_for)
    if not count or count < MANY * len(looked_for):
        return []
    why = f"{count} of {_counted(len(looked_for), 'line')} of the solution, in no file of the tree"
    weight = TraceWeight.LEAK if count >= FEW else TraceWeight.SUSPECT
    return [LeakTrace(kind="hidden layer", weight=weight, where="the image's layers", why=why)]


def _history(facts: ImageFacts) -> Iterator[LeakTrace]:
    """Commits that are not of the base's past.

    A repository without the base commit has lost its history: then all that is not of HEAD's past
    counts. Commits on top of the base are the image maker's own, of which there is one at most.
    """
    where, base_s = facts.repository, facts.base_s
    if facts.extra_count:
        later = [commit for commit in facts.extra if base_s is None or commit.time_s > base_s]
        rest = facts.extra_count - len(later)
        unseen = facts.extra_count - len(facts.extra)
        if later:
            more = "at least " if unseen else ""
            why = f"{more}{_counted(len(later), 'commit')} made after the task's: {_named(later)}"
            yield LeakTrace(kind="later commits", weight=TraceWeight.LEAK, where=where, why=why)
        elif unseen:
            why = f"{_counted(rest, 'commit')} beside the task's past, too many to look at each"
            yield LeakTrace(kind="other commits", weight=TraceWeight.SUSPECT, where=where, why=why)
        if rest and not unseen:
            why = f"{_counted(rest, 'commit')} beside the task's past, not later than its base"
            yield LeakTrace(kind="other commits", weight=TraceWeight.NOTE, where=where, why=why)
    if facts.onward_count > 1:
        why = f"HEAD is {facts.onward_count} commits after the task's: {_named(facts.onward)}"
        yield LeakTrace(kind="later commits", weight=TraceWeight.LEAK, where=where, why=why)


def _pointers(facts: ImageFacts) -> Iterator[LeakTrace]:
    where = facts.repository
    extra = {commit.id for commit in facts.extra}
    names = [ref.name for ref in facts.refs if extra.intersection(ref.ids)]
    if names:
        kind = "tags" if all(name.startswith("refs/tags/") for name in names) else "references"
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        why = f"{', '.join(names[:SHOWN])}{more} name commits beside the task's past"
        yield LeakTrace(kind=kind, weight=TraceWeight.SUSPECT, where=where, why=why)
    entries, foreign = facts.reflog
    if foreign:
        why = f"{entries} entries, {_counted(foreign, 'id')} not of the task's past"
        weight = TraceWeight.LEAK if facts.extra_count else TraceWeight.SUSPECT
        yield LeakTrace(kind="reflog", weight=weight, where=where, why=why)
    for name, count in facts.pointers:
        if count:
            why = f"{name} names {_counted(count, 'commit')} not of the task's past"
            yield LeakTrace(kind="pointer", weight=TraceWeight.SUSPECT, where=where, why=why)
    for remote in facts.remotes:
        why = f"{remote}: where there is a network, later commits can be fetched"
        yield LeakTrace(kind="remote", weight=TraceWeight.NOTE, where=where, why=why)
    if facts.alternates:
        why = f"objects are borrowed from {facts.alternates}; they were looked at too"
        yield LeakTrace(kind="alternates", weight=TraceWeight.NOTE, where=where, why=why)


def _objects(facts: ImageFacts) -> Iterator[LeakTrace]:
    for object_id, path, place in facts.fixed:
        why = f"object {object_id[:12]} is {path} as the task's own solution leaves it"
        yield LeakTrace(kind="fixed file", weight=TraceWeight.LEAK, where=place, why=why)
    fixed = {place for _, _, place in facts.fixed}
    for place in facts.copies:
        if place not in fixed:
            why = "one more git repository; it has no file as the solution leaves it"
            yield LeakTrace(kind="other repository", weight=TraceWeight.NOTE, where=place, why=why)


def _files(facts: ImageFacts, wanted: SearchedLines) -> Iterator[LeakTrace]:
    """Files with lines of the solution that the base commit's tree does not have there."""
    total = len(wanted.lines)
    for path, lines in facts.holds:
        count = len(set(lines).intersection(wanted.lines))
        if not count:
            continue
        is_same_file = any(path.endswith(f"/{each}") for each in wanted.paths)
        is_telling = is_same_file or path.endswith(PATCHES) or _is_own(path, wanted)
        most = count >= MANY * total
        if not (most or is_telling):
            continue
        sure = most and (total >= FEW or is_telling)
        why = f"{count} of {_counted(total, 'line')} that the task's own solution adds"
        weight = TraceWeight.LEAK if sure else TraceWeight.SUSPECT
        yield LeakTrace(kind="solution", weight=weight, where=path, why=why)


def _archives(facts: ImageFacts, wanted: SearchedLines) -> Iterator[LeakTrace]:
    """The project's own packages; what holds the solution's lines is told by `_files`."""
    held = {path for path, lines in facts.holds if lines}
    for path, was_read in facts.archives:
        if not _is_own(path, wanted) or path in held:
            continue
        if was_read:
            why = "a package of the project itself, without the solution's lines"
            yield LeakTrace(kind="archive", weight=TraceWeight.NOTE, where=path, why=why)
        else:
            why = "a package of the project itself, which could not be read"
            yield LeakTrace(kind="archive", weight=TraceWeight.SUSPECT, where=path, why=why)


def _is_own(path: str, wanted: SearchedLines) -> bool:
    """Whether a file is named as the project's packages are."""
    name = path.rpartition("/")[2].lower().replace("_", "-")
    return any(name.startswith(f"{each}-") for each in wanted.names)


def unknown(facts: ImageFacts, *, has_solution: bool) -> str:
    """Why the facts are not the whole truth; empty where they are."""
    if not facts.complete:
        return "the look into the image did not come to its end"
    if not facts.repository:
        return "no git repository where the task has its own"
    gaps = [f"too many {what} to look at" for what in facts.cut]
    if facts.unread:
        count = _counted(len(facts.unread), "place")
        gaps.append(f"{count} that only another user may read ({facts.unread[0]})")
    if has_solution and facts.fixed_unknown:
        gaps.append("the task's own solution does not apply to its base commit there")
    return "; ".join(gaps)


def _named(commits: tuple[FutureCommit, ...] | list[FutureCommit]) -> str:
    latest = sorted(commits, key=lambda commit: -commit.time_s)[:SHOWN]
    said = [f"{each.id[:10]} of {_day(each.time_s)} '{each.subject}'" for each in latest]
    return "; ".join(said) or "too many to name"


def _day(time_s: int) -> str:
    return datetime.fromtimestamp(min(time_s, LATEST_S), UTC).strftime("%Y-%m-%d")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
