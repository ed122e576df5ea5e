"""`grader shim KIND [FOLDER]`: the files by which another tool calls grader."""

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from grader.cli.parser import Parser, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY = "write the files by which another tool calls grader"
EXAMPLES = """
kinds:
  code-eval  code_eval/code_eval.py: evaluate.load("code_eval") below FOLDER, offline
  lm-eval    tasks grader_humaneval and grader_mbpp for lm_eval --include_path FOLDER

examples:
  grader shim code-eval
  grader shim lm-eval my-tasks --humaneval HumanEval.jsonl.gz --mbpp mbpp.jsonl
"""
HERE = os.path.dirname(__file__)  # noqa: PTH120  pathlib costs 4 ms, and no help needs it
FEWSHOT = (2, 3, 4)
"""Whose solutions lm-eval's MBPP shows."""
OFFICIAL = range(11, 511)
"""MBPP's test split."""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "kind", metavar="KIND", choices=("code-eval", "lm-eval"), help="code-eval or lm-eval"
    )
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=path, help="where [default: here]"
    )
    for name in ("humaneval", "mbpp"):
        parser.add_argument(
            f"--{name}",
            metavar="PATH",
            type=path,
            help=f"lm-eval: {name}'s data [default: the cache, else a download]",
        )


def run(arguments: Namespace) -> int:
    """Write the files and name them."""
    from pathlib import Path  # noqa: PLC0415  not needed for help

    from grader.cli.output import show  # noqa: PLC0415

    folder: Path = (arguments.folder or Path()).absolute()
    if arguments.kind == "code-eval":
        if arguments.humaneval or arguments.mbpp:
            raise UsageError("--humaneval and --mbpp belong to lm-eval; leave them out")
        files = {Path("code_eval", "code_eval.py"): template("code_eval.py.txt")}
    else:
        files = for_lm_eval(folder, arguments.humaneval, arguments.mbpp)
    write(folder, files)
    show("".join(f"wrote {folder / name}\n" for name in files))
    return 0


def for_lm_eval(folder: "Path", humaneval: "Path | None", mbpp: "Path | None") -> "dict[Path, str]":
    """The tasks and the data that they read."""
    from pathlib import Path  # noqa: PLC0415  as above

    problems, short = rows_of("humaneval", humaneval), rows_of("mbpp", mbpp)
    asked = [{**row, "is_fewshot": False} for row in short if row["task_id"] in OFFICIAL]
    shown = [{**row, "is_fewshot": True} for row in short if row["task_id"] in FEWSHOT]
    if not asked or len(shown) < len(FEWSHOT):
        raise UsageError("--mbpp: tasks 2, 3, 4 and some of 11 to 510 are needed; take mbpp.jsonl")
    written = {
        "utils.py": template("utils.py.txt"),
        "HumanEval.jsonl": lines(problems),
        "mbpp.jsonl": lines(short),
        "mbpp_test.jsonl": lines(asked),
        "mbpp_prompt.jsonl": lines(shown),
    }
    for name in ("grader_humaneval.yaml", "grader_mbpp.yaml"):
        written[name] = template(name).replace("{folder}", quoted(str(folder)))
    return {Path(name): text for name, text in written.items()}


def rows_of(benchmark: str, data: "Path | None") -> list[dict[str, Any]]:
    """A benchmark's rows as they were published; UsageError where they cannot be had."""
    from pathlib import Path  # noqa: PLC0415

    from grader.benchmarks._rows import json_lines  # noqa: PLC0415  heavy
    from grader.engine.dataset import load  # noqa: PLC0415

    found = load(benchmark, data)
    return [row.value for row in json_lines(Path(found.reference.path))]


def lines(rows: list[dict[str, Any]]) -> str:
    """JSON lines."""
    import json  # noqa: PLC0415  not needed for help

    return "".join(json.dumps(row) + "\n" for row in rows)


def quoted(folder: str) -> str:
    """A folder's name as it may stand within a YAML line; UsageError where it may not."""
    if not folder.isprintable() or any(each in folder for each in "'\"#:{}[],&*!|>%@`"):
        raise UsageError(
            f"{folder!a}: lm-eval's files name their folder; give one of plain letters"
        )
    return folder


def template(name: str) -> str:
    """A file's text as it is kept here."""
    with open(f"{HERE}/shims/{name}", encoding="utf-8") as file:  # noqa: PTH123
        return file.read()


def write(folder: "Path", files: "dict[Path, str]") -> None:
    """Write all or nothing; UsageError where another file has a name of theirs."""
    for name, text in files.items():
        place = folder / name
        if place.exists() and (not place.is_file() or place.read_text() != text):
            raise UsageError(
                f"{place} is there and says something else; remove it, or name a FOLDER"
            )
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
