"""HumanEval-Infilling: the middle of a function (Bavarian et al. 2022, arXiv:2207.14255).

Four sets over the same functions: one line left out, several lines, and a random span (in a light
form too). A sample is what was left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import DataOrigin
from grader.benchmarks._many_files import located, rows_in
from grader.benchmarks._rows import text_of
from grader.benchmarks._samples import read_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders.function import Spec

HOME = (
    "https://raw.githubusercontent.com/openai/human-eval-infilling/"
    "88062ff9859c875d04db115b698ed4b0f0395170/data/"
)
FILES = {
    "HumanEval-SingleLineInfilling.jsonl.gz": (
        "1277073e7ddce163ef68598c2bca777f688a53df99422f097e37362090f88e1f"
    ),
    "HumanEval-MultiLineInfilling.jsonl.gz": (
        "2f341612eee1d35da1357a4f365e0c0b3ba6e2b62eb491e88aaefa4855af0349"
    ),
    "HumanEval-RandomSpanInfilling.jsonl.gz": (
        "b4f330d8a8ff97bf85d9def497dffcae4d741e506449386a877236e422e33e8d"
    ),
    "HumanEval-RandomSpanInfillingLight.jsonl.gz": (
        "1432250ecac0cb56e6f97f8faf0970419ef892a98fda7e1f5aa4c4b87209b760"
    ),
}
ORIGINS = tuple(DataOrigin(url=HOME + name, sha256=sha256) for name, sha256 in FILES.items())
KEYS = frozenset({"suffix", "prompt", "canonical_solution", "test"})
LIMITS = Limits(cpu_s=3.0, wall_s=12.0, memory_mb=1024)
"""The official limit is 3 s of wall clock."""
SPELLING = re.compile(
    r"(?:HumanEval-)?(?P<set>(?:SingleLine|MultiLine|RandomSpan)Infilling(?:Light)?)"
    r"[/_]HumanEval[/_](?P<number>\d+)[/_](?P<part>\w+)",
    re.IGNORECASE,
)


class HumanEvalInfilling:
    """All four sets, or those that `--data` names."""

    name = "humaneval-infilling"
    version = "2022-07-28"
    licence = "MIT"
    summary = "8,652 places in HumanEval's functions to fill in (OpenAI)"

    def locate(self, data: Path | None) -> Path:
        """`data`: one of the four files, or a folder that holds some; else a download of all."""
        return located(data, self.name, ORIGINS)

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks in the files' order; officially prompt, completion and suffix are put together."""
        found = rows_in(path, lambda row: row.keys() >= KEYS, hint=ORIGINS[0].name)
        for row in found:
            entry_point = text_of(row, "entry_point")
            spec = Spec(
                prompt=text_of(row, "prompt"),
                suffix=text_of(row, "suffix"),
                tests=f"{text_of(row, 'test')}\ncheck({entry_point})",
                entry_point=entry_point,
                reference=text_of(row, "canonical_solution"),
            )
            yield Task(
                id=text_of(row, "task_id"),
                benchmark=self.name,
                kind="function",
                limits=LIMITS,
                spec=spec.model_dump(),
            )

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_samples.read_samples`."""
        return read_samples(source, tasks, canonical=infilling_id)


def infilling_id(spelling: str) -> str:
    """`SingleLineInfilling/HumanEval/0/L0` with underscores too; anything else unchanged."""
    found = SPELLING.fullmatch(spelling)
    return f"{found['set']}/HumanEval/{found['number']}/{found['part']}" if found else spelling


def benchmark() -> HumanEvalInfilling:
    """The member that this module is."""
    return HumanEvalInfilling()
