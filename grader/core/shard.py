"""A part of an evaluation: which samples belong to it is decided by their content alone."""

import hashlib
from typing import Self

from pydantic import Field, model_validator

from grader.core.job import sample_digest
from grader.core.record import Record
from grader.core.sample import Sample
from grader.core.task import HOST, Task

DIGEST_BYTES = 8
"""Of a SHA-256: enough for an even spread."""


class ShardRef(Record):
    """Part `number` of `count`; all parts together are the evaluation, and no two share a sample.

    The samples of a task that runs in an image of its own go by the image, so that no two machines
    need the same one. All others go one by one; equal ones of a task stay together, for only the
    first of them is run.
    """

    number: int = Field(ge=1)
    """From 1 up."""
    count: int = Field(ge=1)

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.number > self.count:
            raise ValueError(f"there is no part {self.number} of {self.count}")
        return self

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, task: Task, sample: Sample) -> bool:
        """Whether a sample belongs to this part; the same answer on every machine."""
        image = task.image.name
        key = f"image\0{image}" if image != HOST else f"sample\0{sample_digest(sample)}"
        drawn = hashlib.sha256(key.encode(errors="surrogatepass")).digest()[:DIGEST_BYTES]
        return int.from_bytes(drawn) % self.count == self.number - 1


class MergedShard(Record):
    """A part that a merged run was put together from."""

    number: int
    run_id: str
    host: str = ""
    results: int
    """Of the part, each sample counted once."""
    head: str
    """The last link of the part's journal: who has the part can prove that it is this one."""
