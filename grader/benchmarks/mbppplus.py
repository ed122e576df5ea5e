"""MBPP+: 378 of MBPP's functions with some forty times as many inputs.

Argument types and rules by task are those of evalplus 0.3.1 (`data/mbpp.py`,
`eval/_special_oracle.py`).
"""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._cases import LIMITS, OutputJudging, case_tasks
from grader.benchmarks._data import DataOrigin, locate
from grader.benchmarks._mbpp import SPELLING
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task

VERSION = "v0.2.0"
ORIGIN = DataOrigin(
    url=(
        "https://github.com/evalplus/mbppplus_release/releases/download/"
        f"{VERSION}/MbppPlus.jsonl.gz"
    ),
    sha256="af43697e8791c4c149bdfd6b489d8b5412507551ac20e28a439f650b8225db63",
    names=("MbppPlus.jsonl",),
)
RULES = {
    "are_equivalent": "anything",
    "sum_div": "equal or zero",
    "surface_Area": "surface",
    "digit_distance_nums": "digits",
    "similar_elements": "same set",
    "find_char_long": "same set",
    "common_in_nested_lists": "same set",
    "extract_singly": "same set",
    "larg_nnum": "same set",
    "intersection_array": "same set",
    "find_dissimilar": "same set",
    "Diff": "same set",
    "check_str": "presence",
    "text_match_three": "presence",
    "text_starta_endb": "presence",
}
"""Entry points whose output is judged otherwise than by equality."""
# fmt: off
NUMBERS: dict[tuple[str, ...], tuple[int, ...]] = {
    ("tuple",): (
        2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630,
        726, 740, 744, 809,
    ),
    ("list of tuples",): (
        63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780,
    ),
    ("list of tuples", "same"): (75, 413, 444, 753),
    ("same", "tuple"): (106, 750),
    ("list of sets",): (115,),
    ("float", "complex"): (124,),
    ("tuple", "same"): (250, 307, 405, 446, 617, 720, 763, 808),
    ("complex",): (252,),
    ("tuple of tuples",): (259, 401, 445),
    ("tuple, lists in it too",): (278,),
    ("deep tuple",): (580, 615, 791),
    ("dict of tuples", "same"): (722,),
}
# fmt: on
SHAPES = {number: shapes for shapes, numbers in NUMBERS.items() for number in numbers}
"""Task number → converters of its arguments (see `decode` in the rules)."""
NEEDS = {
    "Mbpp/255": Limits(cpu_s=60, wall_s=120, memory_mb=4096),
    "Mbpp/599": Limits(cpu_s=100, wall_s=200, memory_mb=LIMITS.memory_mb),
}
"""References that take more than others: 7 s and 1.1 GiB for each output; 23 s."""
TOO_LARGE = frozenset({"Mbpp/255"})
"""Tasks whose reference gives answers of some hundred MiB."""


class MbppPlus:
    """EvalPlus's MBPP+."""

    name = "mbppplus"
    version = VERSION
    licence = "Apache-2.0"
    summary = "MBPP+: 378 Python functions, judged on 41,015 inputs"

    def locate(self, data: Path | None) -> Path:
        """`data` if given, else the cached file, else a download."""
        return locate(data, ORIGIN)

    def tasks(self, path: Path) -> Iterator[Task]:
        """One task per row, one row at a time."""
        return case_tasks(path, benchmark=self.name, prefix="Mbpp/", judging=judging)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Samples with `completion` (continues the prompt) or `solution` (a whole program).

        Ids may be 11, "11", "MBPP/11" or "Mbpp/11".
        """
        return read_samples(source, tasks, canonical=mbppplus_id)


def mbppplus_id(spelling: str) -> str:
    """`Mbpp/11` for `11`, `MBPP/11` and the like; anything else unchanged."""
    match = SPELLING.fullmatch(spelling)
    return f"Mbpp/{match[1]}" if match else spelling


def judging(task_id: str, entry_point: str) -> OutputJudging:
    """The task's rule, argument types and limits."""
    number = task_id.rpartition("/")[2]
    return OutputJudging(
        rule=RULES.get(entry_point, "equal"),
        shapes=SHAPES.get(int(number), ()) if number.isdecimal() else (),
        limits=NEEDS.get(task_id, LIMITS),
        too_large=task_id in TOO_LARGE,
    )


def benchmark() -> MbppPlus:
    """The member of the family."""
    return MbppPlus()
