"""A sealed HumanEval with real answers and attacks: verdicts as ever, and nothing told of the tests."""

import ast
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from grader.core.manifest import Manifest
from grader.record import journal
from tests import machine, shares

SHORTEST = 8
"""Characters of a line or value that stands nowhere by chance."""
TASKS, ATTACKS = (10_000, 10_000) if machine.WHOLE else (3, 5)
TELLING = '''
import gc, os, sys

def hunt():
    """Whatever of the tests can be read from here."""
    found = []
    for each in gc.get_objects():
        if isinstance(each, dict):
            found += [v for v in list(each.values()) if isinstance(v, str) and "def check" in v]
    for pid in [p for p in os.listdir("/proc") if p.isdigit()]:
        for name in ("environ", "cmdline"):
            try:
                found.append(open(f"/proc/{pid}/{name}", "rb").read().decode(errors="replace"))
            except OSError:
                pass
        try:
            with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
                for line in maps:
                    low, high = (int(x, 16) for x in line.split()[0].split("-"))
                    if " rw" in line and high - low < 1 << 24:
                        memory.seek(low)
                        part = memory.read(high - low)
                        at = part.find(b"def check" + b"(candidate)")
                        if at >= 0:
                            found.append(part[at:at + 4000].decode(errors="replace"))
        except (OSError, ValueError, OverflowError):
            pass
    return found

HUNTED = hunt()
'''
WAYS = {
    "prints": "print(args, HUNTED); sys.stderr.write(repr((args, HUNTED)))\n    return None",
    "raises": "raise ValueError(repr((args, HUNTED)))",
    "names": "raise type('got ' + repr(args), (Exception,), {})(repr(HUNTED))",
    "exits": "print(args, HUNTED, flush=True); os._exit(len(repr(args)) % 250)",
    "answers": "return repr((args, HUNTED))",
    "writes": "open('told.txt', 'w').write(repr((args, HUNTED)))\n    return None",
    "found": "return 1 / bool(any('assert' in each for each in HUNTED))",
}


class SealedCase(NamedTuple):
    folder: Path
    data: Path
    samples: Path
    rows: list[dict[str, Any]]


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt") as file:
        yield from map(json.loads, file)


def secrets_of(row: dict[str, Any]) -> set[str]:
    """Every line of tests and reference, and every long value, that the prompt does not show."""
    lines = {
        line.strip() for key in ("test", "canonical_solution") for line in row[key].splitlines()
    }
    for node in ast.walk(ast.parse(row["test"])):
        if isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict):
            with suppress(ValueError):
                lines |= {str(ast.literal_eval(node)), ast.unparse(node)}
    names = {row["task_id"], row["entry_point"], "def check(candidate):"}
    plain = {line for line in lines if len(line) >= SHORTEST and line not in row["prompt"]}
    return plain - names


@pytest.fixture
def case(shared: Path, tmp_path: Path) -> SealedCase:
    """Some tasks of HumanEval and those of the attacks, as one file, and samples of both."""
    draw = random.Random(shares.SEED)
    functions = shared / "data/functions"
    tasks = list(lines_of(functions / "tasks/humaneval/HumanEval.jsonl.gz"))
    tasks = draw.sample(tasks, min(TASKS, len(tasks)))
    chosen = {row["task_id"] for row in tasks}
    samples = [
        {"task_id": row["task_id"], "completion": row["completion"]}
        for row in lines_of(functions / "samples/he_smoke_500.jsonl.gz")
        if row["task_id"] in chosen
    ]
    attacks = list(lines_of(shared / "data/exploits/dev_function_attack.jsonl"))
    attacks = draw.sample(attacks, min(ATTACKS, len(attacks)))
    keys = ("task_id", "prompt", "test", "entry_point", "canonical_solution")
    tasks += {row["task_id"]: {key: row[key] for key in keys} for row in attacks}.values()
    samples += [{key: row[key] for key in ("task_id", "completion")} for row in attacks]
    for name, body in WAYS.items():
        row = tasks[list(WAYS).index(name) % len(tasks)]
        program = (
            f"{row['prompt']}    pass\n{TELLING}\ndef {row['entry_point']}(*args):\n    {body}\n"
        )
        samples.append({"task_id": row["task_id"], "solution": program})
    data = tmp_path / "open.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in tasks))
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in samples))
    return SealedCase(tmp_path, data, path, tasks)


def grader(folder: Path, *words: str | Path, source: str = "") -> subprocess.CompletedProcess[str]:
    """The command in `folder`, with its temporary files and its cache there too."""
    for name in ("tmp", "cache"):
        (folder / name).mkdir(exist_ok=True, parents=True)
    more = {"TMPDIR": str(folder / "tmp"), "GRADER_CACHE": str(folder / "cache")}
    begin = ["-c", source] if source else ["-m", "grader"]
    return subprocess.run(
        [sys.executable, *begin, *map(str, words)],
        cwd=folder,
        env={**os.environ, **more, "PYTHONPATH": str(machine.ROOT)},
        text=True,
        errors="replace",
        capture_output=True,
        check=False,
    )


def verdicts(run: Path) -> dict[tuple[str, int], str]:
    return {
        (each.task_id, each.index): each.verdict for each in journal.current(run / journal.NAME)
    }


def told(folder: Path) -> Iterator[tuple[str, str]]:
    """All that lies in a folder, unpacked."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            yield str(path), data.decode(errors="replace")


CRASH = """
import sys
from grader.cli import main
from grader.run import evaluate as runs

async def broken(jobs, *rest, **more):
    seen = [job async for job in jobs]
    try:
        raise KeyError(str([job.task.spec for job in seen]))
    except KeyError as error:
        raise ExceptionGroup(seen[0].task.spec["tests"], [RuntimeError(repr(seen)), error])

runs.grade_all = broken
sys.exit(main.main(sys.argv[1:]))
"""


@pytest.mark.timeout(600)
def test_sealed_humaneval_has_the_open_verdicts_and_tells_nothing(case: SealedCase):
    grader(
        case.folder / "open",
        "evaluate",
        "humaneval",
        case.samples,
        "--data",
        case.data,
        "--out",
        "run",
    )
    key, sealed = case.folder / "key", case.folder / "data.sealed"
    assert grader(case.folder, "keys", "new", key).returncode == 0
    made = grader(
        case.folder,
        "seal",
        case.data,
        "--to",
        f"{key}.pub",
        "-o",
        sealed,
        "--benchmark",
        "humaneval",
    )
    assert made.returncode == 0, made.stderr
    place = case.folder / "sealed"
    graded = ["evaluate", "humaneval", case.samples, "--data", sealed, "--key", key]
    said = [
        grader(place, *graded, "--json", "--out", "run"),
        grader(place, *graded, "--out", "crash", source=CRASH),
        grader(place, "report", "run", "--format", "html", "-o", "run.html"),
        grader(place, "report", "run"),
        grader(place, "show", "run"),
        grader(place, "audit", "run"),
        grader(place, "verify", "run"),
    ]
    assert "a bug in grader" in said[1].stderr
    assert [each.returncode for each in said] == [0, 1, 0, 0, 0, 0, 0], said
    assert verdicts(place / "run") == verdicts(case.folder / "open/run")
    assert Manifest.model_validate_json((place / "run/run.json").read_bytes()).dataset.sealed
    streams = [(f"stream {at}", each.stdout + each.stderr) for at, each in enumerate(said)]
    texts = [*streams, *told(place), (str(sealed), sealed.read_text())]
    assert any(name.endswith(".txt") and "grader-bug" in name for name, _ in texts)
    public = case.samples.read_text()
    hidden = set().union(*map(secrets_of, case.rows))
    prompts = "\n".join(row["prompt"] for row in case.rows)
    hidden = {each for each in hidden if each not in prompts and each not in public}
    assert len(hidden) > TASKS if not machine.WHOLE else 1000
    shown = [(name, each) for name, text in texts for each in hidden if seen(each, text)]
    assert not shown
    assert any(seen(each, text) for _, text in told(case.folder / "open") for each in hidden)


def seen(secret: str, text: str) -> bool:
    """Whether it stands there, as it is or as JSON or HTML writes it."""
    forms = {secret, json.dumps(secret)[1:-1], secret.replace('"', "&quot;").replace("'", "&#x27;")}
    return any(form in text for form in forms)
