"""Tools that write one JSON text for a whole run: each a function from the text to usual rows.

To read another tool's file, write a function here and name it in `DOCUMENTS`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from grader.benchmarks._shapes.answers import Known, bodies_of, id_of, rows_of, texts
from grader.core.task import Task

CHECKED = re.compile(r"\bcheck\(\s*(\w+)\s*\)")
DEFINED = re.compile(r"^\s*def\s+(\w+)", re.MULTILINE)
UNPLACED = "?"
"""The id of a text of which nobody can tell whose it is."""
ENOUGH = 0.5
"""Share of texts that must define the function of the task at their place, for places to count."""

Rows = Iterator[dict[str, Any]]


class ReadingContext(NamedTuple):
    """What a document is read against."""

    tasks: Mapping[str, Task]
    known: Known


class DocumentShape(NamedTuple):
    """A tool's file: how it is told, and how it is read."""

    name: str
    is_one: Callable[[dict[str, Any], ReadingContext], bool]
    rows: Callable[[dict[str, Any], ReadingContext], Rows]


def document_of(value: dict[str, Any], of: ReadingContext) -> DocumentShape | None:
    """The tool whose file this is; None for anything else."""
    return next((each for each in DOCUMENTS if each.is_one(value, of)), None)


def is_inspect(value: dict[str, Any], _of: ReadingContext) -> bool:
    """An Inspect log in its JSON form."""
    return isinstance(value.get("samples"), list) and ("eval" in value or "plan" in value)


def is_inspect_sample(value: dict[str, Any], _of: ReadingContext) -> bool:
    """One sample of an Inspect log: a member of an `.eval` archive."""
    return isinstance(value.get("output"), dict) and "epoch" in value and "id" in value


def inspect_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """Every sample's completion; `output.completion` is the text, whatever was scored."""
    model = cast("dict[str, Any]", value.get("eval") or {}).get("model", "")
    for sample in _objects(value.get("samples")):
        for row in inspect_sample_rows(sample, of):
            yield row | ({"model": model} if model else {})


def inspect_sample_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """One sample; its raw answer before what a scorer made of it."""
    output = cast("dict[str, Any]", value.get("output") or {})
    found = output.get("choices") or output.get("completion")
    yield from rows_of({"task_id": _known_id(value, of), "completion": found}, of.known)


def is_promptfoo(value: dict[str, Any], _of: ReadingContext) -> bool:
    """What `promptfoo eval -o FILE.json` writes."""
    results = value.get("results")
    inner = cast("dict[str, Any]", results).get("results") if isinstance(results, dict) else results
    first = next(_objects(inner), dict[str, Any]())
    return "vars" in first and "response" in first


def promptfoo_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """One row a result."""
    results = value["results"]
    inner = cast("dict[str, Any]", results)["results"] if isinstance(results, dict) else results
    for item in _objects(inner):
        yield from rows_of({"vars": item.get("vars"), "completion": item.get("response")}, of.known)


def is_helm(value: dict[str, Any], _of: ReadingContext) -> bool:
    """HELM's `scenario_state.json`."""
    return isinstance(value.get("request_states"), list)


def helm_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """One row a completion."""
    for state in _objects(value["request_states"]):
        yield from rows_of(
            {"instance": state.get("instance"), "completion": state.get("result")}, of.known
        )


def is_evalplus(value: dict[str, Any], _of: ReadingContext) -> bool:
    """EvalPlus's `*_eval_results.json`."""
    return isinstance(value.get("eval"), dict) and "samples" not in value


def evalplus_rows(value: dict[str, Any], _of: ReadingContext) -> Rows:
    """The solutions that were graded there; its verdicts are not taken over."""
    for task_id, entry in cast("dict[str, object]", value["eval"]).items():
        for item in _objects(entry):
            yield {"task_id": item.get("task_id", task_id), "solution": item.get("solution")}


def is_code_eval(value: dict[str, Any], _of: ReadingContext) -> bool:
    """The arguments of Hugging Face's `code_eval` metric."""
    return isinstance(value.get("predictions"), list) and isinstance(value.get("references"), list)


def code_eval_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """`predictions[i]` are programs; `references[i]` is a task's test, or ends in `check(NAME)`."""
    for programs, test in zip(value["predictions"], value["references"], strict=False):
        task_id = task_of_test(test, of) if isinstance(test, str) else ""
        for text in texts(programs):
            yield {"task_id": task_id or UNPLACED, "solution": text}


def task_of_test(test: str, of: ReadingContext) -> str:
    """The one task whose tests these are; '' where there is none."""
    text, called = test.strip(), CHECKED.findall(test)[-1:]
    found = [
        name
        for name, task in of.tasks.items()
        if (text and text in str(member_of(task, "tests")))
        or [member_of(task, "entry_point")] == called
    ]
    return found[0] if len(found) == 1 else ""


def is_by_task(value: dict[str, Any], of: ReadingContext) -> bool:
    """`{task_id: text or texts}`."""
    return (
        bool(value)
        and all(of.known(str(key)) for key in value)
        and any(texts(each) for each in value.values())
    )


def by_task_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """One row a text; an object may hold its text under any usual key."""
    for task_id, item in value.items():
        if isinstance(item, dict):
            inner = cast("dict[str, Any]", item)
            yield from rows_of({**inner, "task_id": task_id}, of.known)
            continue
        for text in texts(item):
            yield {"task_id": task_id, "completion": text}


def is_by_place(value: dict[str, Any], _of: ReadingContext) -> bool:
    """`{"0": …, "1": …}`: APPS's `all_codes.json`, OpenCompass's predictions."""
    return bool(value) and list(value) == [str(number) for number in range(len(value))]


def by_place_rows(value: dict[str, Any], of: ReadingContext) -> Rows:
    """The n-th entry is the n-th task's, unless an entry says itself whose it is."""
    yield from placed_rows(list(value.values()), of)


def placed_rows(items: list[Any], of: ReadingContext) -> Rows:
    """The n-th item is the n-th task's; its id is UNPLACED where the texts do not bear that out."""
    names = list(of.tasks)
    own = [_own_id(item, of) for item in items]
    is_placed = len(items) <= len(names) and bears_out(items, [of.tasks[n] for n in names])
    for number, item in enumerate(items):
        name = own[number] or (names[number] if is_placed else UNPLACED)
        if isinstance(item, dict):
            yield from rows_of({**cast("dict[str, Any]", item), "task_id": name}, of.known)
            continue
        for text in texts(item):
            yield {"task_id": name, "completion": text}


def bears_out(items: list[Any], tasks: list[Task]) -> bool:
    """Whether items in the tasks' order define the tasks' functions.

    For tasks that name no function: whether there is an item for each.
    """
    named = [(item, entry_point(task)) for item, task in zip(items, tasks, strict=False)]
    if not any(name for _, name in named):
        return len(items) == len(tasks)
    hits = sum(
        any(name in DEFINED.findall(text or "") for text in said_by(item)) for item, name in named
    )
    return hits >= ENOUGH * len(items)


def said_by(item: object) -> list[str | None]:
    """The texts of one item, an object or not."""
    return bodies_of(cast("dict[str, Any]", item))[1] if isinstance(item, dict) else texts(item)


def entry_point(task: Task) -> str:
    """The function that a task's tests call; empty where it names none."""
    return str(member_of(task, "entry_point"))


def member_of(task: Task, name: str) -> object:
    """One field of a task's spec; '' where it has none."""
    return task.spec.get(name, "")


def _own_id(item: object, of: ReadingContext) -> str:
    """The id of a task that an item names itself; '' for none."""
    if not isinstance(item, dict):
        return ""
    return of.known(str(_known_id(cast("dict[str, Any]", item), of)))


def _known_id(value: dict[str, Any], of: ReadingContext) -> Any:
    found = id_of(value, of.known)
    return found if found is not None else ""


def _objects(value: object) -> Iterator[dict[str, Any]]:
    for item in cast("list[object]", value) if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield cast("dict[str, Any]", item)


DOCUMENTS = (
    DocumentShape("an Inspect log", is_inspect, inspect_rows),
    DocumentShape("an Inspect log", is_inspect_sample, inspect_sample_rows),
    DocumentShape("promptfoo results", is_promptfoo, promptfoo_rows),
    DocumentShape("a HELM scenario state", is_helm, helm_rows),
    DocumentShape("EvalPlus results", is_evalplus, evalplus_rows),
    DocumentShape("arguments of code_eval", is_code_eval, code_eval_rows),
    DocumentShape("texts by task id", is_by_task, by_task_rows),
    DocumentShape("texts in the tasks' order", is_by_place, by_place_rows),
)
