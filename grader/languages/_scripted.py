"""Languages whose programs are scripts that an interpreter runs as they are.

A member says in a `ScriptedLanguage` what its texts look like, and takes its functions from there.
"""

import re
from typing import NamedTuple

from grader.languages._signatures import NO_HEAD, last_head
from grader.languages.base import ProgramText, TaskText, support


class ScriptedLanguage(NamedTuple):
    """How the programs of such a language are put together; its methods are `Language`'s."""

    name: str
    """Also of its folder in `support/`, and the end of its programs' names."""
    run: tuple[str, ...]
    """The interpreter."""
    head: re.Pattern[str]
    """The head of a function, with its `name`."""
    stub: str
    """The function that asks, called `{name}`, and all else before the tests."""
    supports: tuple[str, str]
    """Our files: what both sides have, and what the tests ask by."""
    loading: tuple[str, ...]
    """What has the interpreter load the latter before the tests."""
    exporting: str = ""
    """What a solution needs at its end for its function `{name}` to be asked."""

    def program(self, text: str) -> ProgramText:
        """A whole program."""
        script = f"program.{self.name}"
        return ProgramText(files={script: text}, run=(*self.run, script))

    def official(self, task: TaskText, completion: str) -> ProgramText:
        """Prompt, completion and tests in one."""
        return self.program(f"{task.prompt}{completion}\n{task.tests}")

    def checker(self, task: TaskText) -> ProgramText | str:
        """The prompt's helpers, the stub, the tests."""
        head = last_head(self.head, task.prompt)
        if head is None:
            return NO_HEAD
        stub = self.stub.replace("{name}", head["name"])
        text = f"{task.prompt[: head.start()]}{stub}{task.tests}"
        tests = f"tests.{self.name}"
        files = {each: support(self.name, each) for each in self.supports} | {tests: text}
        return ProgramText(files=files, run=(*self.run, *self.loading, tests))

    def candidate(self, task: TaskText, completion: str) -> ProgramText:
        """The solution, which a script of ours loads and asks."""
        head = last_head(self.head, task.prompt)
        end = self.exporting.replace("{name}", head["name"] if head else task.entry_point)
        asked = f"candidate.{self.name}"
        files = {each: support(self.name, each) for each in (self.supports[0], asked)}
        files |= {f"solution.{self.name}": f"{task.prompt}{completion}\n{end}"}
        return ProgramText(files=files, run=(*self.run, asked))
