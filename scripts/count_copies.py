"""How many tasks of a file of rows have copies of their tests, from the test patches' text alone.

    scripts/count_copies.py ROWS.parquet ...

No repository is read and nothing is run: a function counts as far as the patch shows it, the words
of a repository are those of all its patches in the file, and no place is dropped because the
solution or the base speaks there. So it is no more than an estimate of what a survey keeps.
"""

import argparse
import math
import random
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.graders import repo
from grader.graders._repo_strict import MOST_RUNS
from grader.patch.read import changes
from grader.run import dataset
from grader.strict import commands
from grader.strict.checks import BITS
from grader.strict.natural import counts
from grader.strict.places import places
from grader.strict.sound import BITS as WANTED_BITS
from grader.strict.sound import MOST_FUNCTIONS, MOST_PLACE_BITS
from grader.strict.source import first_line, function_of, parsed, segments

HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?(?P<inside>.*)")
DEF = re.compile(r"\s*(?:async )?def (?P<name>test\w*)")


class Seen(NamedTuple):
    """A test function, or what a hunk shows of it."""

    source: str
    lines: frozenset[int]
    """Those that the patch adds."""


def hunks(section: str) -> Iterator[tuple[str, list[tuple[bool, str]]]]:
    """(what the hunk lies in, its lines of the new file: added or not, text)."""
    inside, found = "", list[tuple[bool, str]]()
    for line in section.splitlines():
        if match := HUNK.match(line):
            if found:
                yield inside, found
            inside, found = match["inside"], []
        elif line[:1] in {" ", "+"} and not line.startswith("+++ "):
            found.append((line[0] == "+", line[1:]))
    if found:
        yield inside, found


def seen(section: str) -> Iterator[Seen]:
    """Every test function that a file's section of a patch shows."""
    for inside, lines in hunks(section):
        starts = [begin(lines, n) for n, (_, text) in enumerate(lines) if DEF.match(text)]
        if (head := DEF.match(inside)) and starts[:1] != [0]:
            rest = lines[: starts[0]] if starts else lines
            yield from part([(False, f"def {head['name']}():"), *rest])
        ends = [*starts[1:], len(lines)] if starts else []
        for start, end in zip(starts, ends, strict=True):
            yield from part(lines[start:end])


def begin(lines: list[tuple[bool, str]], at: int) -> int:
    """Where a function's decorators begin."""
    while at and lines[at - 1][1].lstrip().startswith("@"):
        at -= 1
    return at


def part(lines: list[tuple[bool, str]]) -> Iterator[Seen]:
    """The longest beginning of some lines that is one function; none where it is no Python."""
    for end in range(len(lines), 1, -1):
        source = textwrap.dedent("\n".join(text for _, text in lines[:end])) + "\n"
        if not source.startswith(("def", "async", "@")):
            source = (
                lines[0][1]
                + "\n"
                + textwrap.indent(
                    textwrap.dedent("\n".join(text for _, text in lines[1:end])), "    "
                )
                + "\n"
            )
        if parsed(source) and segments(source):
            added = frozenset(n + 1 for n, (new, _) in enumerate(lines[:end]) if new)
            yield Seen(source, added)
            return


class Counted(NamedTuple):
    """What is known of one task."""

    why: str
    """Why it has no strict reading; empty where it has."""
    functions: int
    bits: int
    """Of one run."""

    @property
    def runs(self) -> int:
        """How often a patch that passes is run."""
        return min(MOST_RUNS, math.ceil(BITS / self.bits)) if self.bits else 1


def counted(spec: repo.Spec, words: Counter[str]) -> Counted:
    """One task."""
    names = {function_of(name).rsplit(".", 1)[-1] for name in spec.fail_to_pass} - {""}
    spoken = {name.strip() for name in spec.fail_to_pass if not function_of(name)}
    found: dict[str, tuple[str, Seen]] = {}
    for change in changes(spec.test_patch):
        for one in seen(change.text) if change.path.endswith(".py") else ():
            function = segments(one.source)[-1]
            if function.node.name in names or first_line(function.node) in spoken:
                found[function.node.name] = (change.path, one)
    most = min(MOST_PLACE_BITS, math.ceil(WANTED_BITS / max(1, min(MOST_FUNCTIONS, len(found)))))
    bits = functions = 0
    for name in list(found)[:MOST_FUNCTIONS]:
        _, one = found[name]
        tree = parsed(one.source)
        assert tree is not None
        got = places(
            one.source, tree, segments(one.source)[-1], one.lines, spec.pass_to_pass, words,
            random.Random(name), most=most,
        )  # fmt: skip
        functions += bool(got)
        bits += sum(place.bits for place in got if not place.is_weak)
    return Counted(commands.read(spec.eval_script).why, functions, bits)


def main() -> None:
    """Print a table for every file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="+", type=Path)
    parser.add_argument("--each", action="store_true", help="a line for every task")
    given = parser.parse_args()
    for path in given.rows:
        tasks = dataset.load("swebench", path).tasks
        specs = {name: repo.Spec.model_validate(task.spec) for name, task in tasks.items()}
        words: dict[str, Counter[str]] = {}
        for spec in specs.values():
            words.setdefault(spec.repo, Counter()).update(counts(spec.patch + spec.test_patch))
        found = {name: counted(spec, words[spec.repo]) for name, spec in specs.items()}
        if given.each:
            for name, one in found.items():
                print(name, one.functions, one.bits, one.runs, one.why)
        driven = [one for one in found.values() if not one.why]
        keyed = [one for one in driven if one.bits * one.runs >= BITS]
        print(
            f"{path.name}: {len(found)} tasks, {len(found) - len(driven)} without a strict reading"
        )
        print(f"  with copies: {sum(one.bits > 0 for one in driven)}")
        print(f"  a guess passes at most once in 1000: {len(keyed)}")
        for runs in range(1, MOST_RUNS + 1):
            print(f"    after {runs} runs: {sum(one.runs == runs for one in keyed)}")


if __name__ == "__main__":
    main()
