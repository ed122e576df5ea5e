"""What decides verdicts besides the samples, and what a difference in it means for two runs.

`CONDITIONS` is the decision. What a caller asked for splits: with another limit, reading or way to
take code out of an answer, another question was answered, and no rank can hold both. Where and by
which version the same was asked marks: verdicts should not differ by it, and a reader has to know.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from grader.core.execution import Isolation
from grader.core.manifest import Manifest
from grader.core.record import Record

OWN = "the tasks' own"
NONE = "none"
WHOLE = "all samples"
DIGITS = 8
"""Of a digest that only has to be told from another."""
UNKNOWN = ""
"""What a run does not say differs from nothing."""


class ConditionEffect(StrEnum):
    """What it means that two runs differ in a condition."""

    SPLITS = "splits"
    """They were not asked the same: never ranked together."""
    MARKS = "marks"
    """They were asked the same in another place or by another version: ranked, and marked."""


class GradedConditions(NamedTuple):
    """How a run was graded, as it says and as its results show."""

    manifest: Manifest
    passes: Mapping[str, int] = {}
    """Trust value → passing samples."""
    isolation: Isolation | None = None
    """What held for all executions; None where that is unknown."""
    engines: Mapping[str, int] = {}
    """Version of the engine that judged → samples."""


class GradingCondition(NamedTuple):
    """One of the things that verdicts depend on."""

    name: str
    effect: ConditionEffect
    fields: tuple[str, ...]
    """Of the manifest; those of its containers with a dot."""
    said: Callable[[GradedConditions], str]
    """Its value in words; `UNKNOWN` where the run does not say."""
    why: str
    """What a difference does."""
    usual: str = ""
    """The value of a run of which nothing special was asked; empty where there is no such value."""
    best_first: tuple[str, ...] = ()
    """Where values have an order: a better value than the others' is no mark."""


class ConditionMark(Record):
    """One condition in which an entry is not as the others are."""

    condition: str
    own: str
    usual: str
    """What most entries have; empty where no value has most."""
    why: str


class ConditionDifference(Record):
    """One condition in which runs differ."""

    condition: str
    effect: ConditionEffect
    values: dict[str, str]
    """Run id → value in words; runs that do not say it are left out."""
    why: str


def limit(value: float | None, unit: str) -> str:
    """A limit that the caller may have set."""
    return f"{value:g} {unit}" if value else OWN


def set_limit(name: str, unit: str) -> Callable[[GradedConditions], str]:
    """Says one field of the manifest that may replace the tasks' limits."""
    return lambda each: limit(getattr(each.manifest, name), unit)


def field(name: str) -> Callable[[GradedConditions], str]:
    """Says one field of the manifest that is a text."""
    return lambda each: str(getattr(each.manifest, name))


def package_names(each: GradedConditions) -> str:
    """What samples were shown of the machine's packages."""
    return ", ".join(sorted(one.partition("==")[0] for one in each.manifest.packages)) or NONE


def package_versions(each: GradedConditions) -> str:
    """The same with versions."""
    return ", ".join(sorted(each.manifest.packages)) or NONE


def toolchains(each: GradedConditions) -> str:
    """Versions of the languages' compilers and interpreters; of Python alone there are none."""
    return ", ".join(each.manifest.toolchains)


def environments(each: GradedConditions) -> str:
    """Whose packages tests and samples saw."""
    shown = (f"{one.name} {one.digest[:DIGITS]}" for one in each.manifest.environments)
    return ", ".join(shown) or NONE


def environment(each: GradedConditions) -> str:
    """The variables that every candidate saw."""
    return " ".join(f"{key}={value}" for key, value in each.manifest.environment)


def container_memory(each: GradedConditions) -> str:
    """The limit of a repository's container."""
    containers = each.manifest.containers
    return limit(containers.memory_mb if containers else None, "MiB")


def network(each: GradedConditions) -> str:
    """Whether every step was let into the network."""
    containers = each.manifest.containers
    return "open to every step" if containers and containers.network else OWN


def sandbox(each: GradedConditions) -> str:
    """Which sandbox, and which of its walls were missing."""
    isolation = each.isolation or each.manifest.isolation
    if isolation is None:
        return each.manifest.sandbox
    missing = f" without {', '.join(isolation.missing)}" if isolation.missing else ""
    return f"{each.manifest.sandbox}, {isolation.tier}{missing}"


def containers(each: GradedConditions) -> str:
    """What is special about the containers; of none the sandbox says so."""
    made = each.manifest.containers
    if made is None:
        return UNKNOWN
    special = made.model_dump(exclude_defaults=True, include=set(CONTAINER_FIELDS))
    return ", ".join(f"{key} {value}" for key, value in special.items()) or "as usual"


def images(each: GradedConditions) -> str:
    """The images of the tasks, as one digest."""
    found = each.manifest.images
    if not found or partial(each):
        return UNKNOWN
    return f"{len(found):,} ({sha256(' '.join(found).encode()).hexdigest()[:DIGITS]})"


def tasks(each: GradedConditions) -> str:
    """The content of all tasks; of a selection it says nothing about others."""
    return UNKNOWN if partial(each) else each.manifest.tasks_sha256[:DIGITS]


def part(each: GradedConditions) -> str:
    """Which part of the samples was graded."""
    shard = each.manifest.shard
    return WHOLE if shard is None else f"shard {shard}"


def partial(each: GradedConditions) -> bool:
    """Whether only some of the tasks were asked."""
    stored = each.manifest
    return bool(stored.selection or stored.limit is not None or stored.adaptive or stored.shard)


def engine(each: GradedConditions) -> str:
    """Version and source of the engine that ran."""
    stored = each.manifest
    source = stored.engine_sha256[:DIGITS]
    return f"{stored.engine_version} ({source})" if source else stored.engine_version


def judges(each: GradedConditions) -> str:
    """Versions of the engine that judged, where the run was judged again by others."""
    found = sorted(each.engines)
    return "the engine that ran" if found == [each.manifest.engine_version] else ", ".join(found)


def weakest(each: GradedConditions) -> str:
    """The weakest trust among passing samples."""
    got = [value for value in TRUST if each.passes.get(value)]
    return got[-1] if got else UNKNOWN


TRUST = ("separated", "keyed", "shared", "log")
"""From the strongest: how far a passing sample was from its verdict."""
CONTAINER_FIELDS = ("runtime", "platform", "cpus", "environment", "hosts", "image", "capabilities")
SPLITS, MARKS = ConditionEffect.SPLITS, ConditionEffect.MARKS
CONDITIONS = (
    GradingCondition(
        "part", SPLITS, ("shard",), part, "other samples of each task were graded", WHOLE,
    ),
    GradingCondition(
        "time limit", SPLITS, ("timeout_s",), set_limit("timeout_s", "CPU s"),
        "more time solves more", OWN,
    ),
    GradingCondition(
        "memory limit", SPLITS, ("memory_mb",), set_limit("memory_mb", "MiB"),
        "more memory solves more", OWN,
    ),
    GradingCondition(
        "container memory", SPLITS, ("containers.memory_mb",), container_memory,
        "more memory solves more", OWN,
    ),
    GradingCondition(
        "process limit", SPLITS, ("pids",), set_limit("pids", "processes"),
        "more processes solve more", OWN,
    ),
    GradingCondition(
        "network", SPLITS, ("containers.network",), network,
        "an answer may be fetched", OWN,
    ),
    GradingCondition(
        "packages", SPLITS, ("packages",), package_names,
        "what a sample cannot import fails it", NONE,
    ),
    GradingCondition(
        "extraction", SPLITS, ("extract",), field("extract"),
        "other code is taken out of the same answer", "auto",
    ),
    GradingCondition(
        "trust", SPLITS, ("trust",), field("trust"),
        "in the tests' own process a pass can be forged", "auto",
    ),
    GradingCondition(
        "reading", SPLITS, ("reading",), field("reading"),
        "other tests and another record decide", "strict",
    ),
    GradingCondition(
        "harness", SPLITS, ("rule",), field("rule"),
        "versions of the SWE-bench harness read logs otherwise", "v5",
    ),
    GradingCondition(
        "tasks", MARKS, ("tasks_sha256",), tasks,
        "the same file was read as other tasks, tests or limits",
    ),
    GradingCondition(
        "images", MARKS, ("images",), images, "tests ran in other environments",
    ),
    GradingCondition(
        "engine", MARKS, ("engine_version", "engine_sha256"), engine,
        "another version may judge otherwise",
    ),
    GradingCondition(
        "judged by", MARKS, (), judges, "another version may judge otherwise",
    ),
    GradingCondition(
        "weakest trust", MARKS, (), weakest,
        "some passes were nearer to their verdicts than the others'", best_first=TRUST,
    ),
    GradingCondition(
        "sandbox", MARKS, ("sandbox", "isolation"), sandbox,
        "other walls stood around the samples",
    ),
    GradingCondition(
        "freshness", MARKS, ("fresh",), field("fresh"),
        "a sandbox that is used again may remember",
    ),
    GradingCondition(
        "Python", MARKS, ("python",), field("python"),
        "another version runs other programs",
    ),
    GradingCondition(
        "toolchains", MARKS, ("toolchains",), toolchains,
        "another compiler or interpreter builds and runs other programs",
    ),
    GradingCondition(
        "package versions", MARKS, ("packages",), package_versions,
        "other versions of packages were imported",
    ),
    GradingCondition(
        "environments", MARKS, ("environments",), environments,
        "other versions of packages were imported",
    ),
    GradingCondition(
        "environment", MARKS, ("environment",), environment,
        "samples saw other variables",
    ),
    GradingCondition(
        "containers", MARKS, tuple(f"containers.{name}" for name in CONTAINER_FIELDS), containers,
        "containers were made otherwise",
    ),
)  # fmt: skip
DECIDE_NOTHING = {
    "schema_version": "the form of the file",
    "run_id": "a name",
    "dataset": "another benchmark or content is another board before any condition is looked at",
    "samples_path": "a place",
    "samples_sha256": "what is compared",
    "selection": "a run about some tasks is not ranked, and pairs rest on common tasks",
    "limit": "as `selection`",
    "adaptive": "as `selection`",
    "shards": "where results were made, which the other fields say for all of them",
    "seed": "no verdict is drawn",
    "k": "figures are computed again",
    "model": "what is compared",
    "tags": "a caller's words",
    "host": "a place",
    "host_facts": "CPU time decides, and engine and walls are conditions of their own",
    "workers": "CPU time decides, and waiting is not counted",
    "command": "its effects are the other fields",
    "created_at": "a time",
    "containers.host": "a place",
    "containers.pull": "where an image came from; its digest is a condition",
}
"""Fields of the manifest that no condition looks at → why not."""


def splitting(each: GradedConditions) -> dict[str, str]:
    """Name → value of the conditions that decide which runs may be ranked together."""
    return {one.name: one.said(each) for one in CONDITIONS if one.effect is SPLITS}


def otherwise(asked: Mapping[str, str], own: GradedConditions) -> tuple[str, ...]:
    """In what a run was asked otherwise than `asked` says: `trust shared, not auto`.

    `asked`: condition → value, of `splitting`; empty where nothing is known of it.
    """
    return tuple(
        f"{name} {value}, not {asked[name]}"
        for name, value in splitting(own).items()
        if name in asked and asked[name] != value
    )


def marking(each: GradedConditions) -> dict[str, str]:
    """Name → value of the conditions that mark an entry, as far as the run says them."""
    found = {one.name: one.said(each) for one in CONDITIONS if one.effect is MARKS}
    return {name: value for name, value in found.items() if value != UNKNOWN}


def special(values: Mapping[str, str]) -> dict[str, str]:
    """Those of `splitting` that are not what a run has of which nothing special was asked."""
    usual = {one.name: one.usual for one in CONDITIONS}
    return {name: value for name, value in values.items() if value != usual[name]}


def marks(each: GradedConditions, board: Sequence[GradedConditions]) -> tuple[ConditionMark, ...]:
    """In what a run is not as most of its board are; where no value has most, each is marked."""
    found: list[ConditionMark] = []
    for one in CONDITIONS:
        own = one.said(each)
        values = Counter(value for other in board if (value := one.said(other)) != UNKNOWN)
        if one.effect is not MARKS or own == UNKNOWN or set(values) <= {own}:
            continue
        usual = most(values)
        if own != usual and not is_better(own, usual, values, order=one.best_first):
            found.append(ConditionMark(condition=one.name, own=own, usual=usual, why=one.why))
    return tuple(found)


def is_better(own: str, usual: str, values: Iterable[str], *, order: tuple[str, ...]) -> bool:
    """Whether values have an order and `own` is before the usual one, or is the best there is."""
    if not order:
        return False
    return order.index(own) <= order.index(usual or min(values, key=order.index))


def most(values: Counter[str]) -> str:
    """The value that occurs most often; empty where two do."""
    (first, count), *rest = values.most_common(2)
    return "" if rest and rest[0][1] == count else first


def unlike(runs: Mapping[str, GradedConditions]) -> tuple[ConditionDifference, ...]:
    """Every condition in which some of the runs differ; what splits comes first."""
    found: list[ConditionDifference] = []
    for one in CONDITIONS:
        values = {name: value for name, each in runs.items() if (value := one.said(each))}
        if len(set(values.values())) > 1:
            found.append(
                ConditionDifference(
                    condition=one.name, effect=one.effect, values=values, why=one.why
                )
            )
    return tuple(found)


def mark_words(mark: ConditionMark) -> str:
    """`engine 0.9, most 1.0`."""
    return f"{mark.condition} {mark.own}, {f'most {mark.usual}' if mark.usual else 'others differ'}"
