"""What a step finds in its working directory, and a session's files. Standard library only."""

import os
from contextlib import suppress
from typing import Any

from grader.sandboxes._slot import step
from grader.sandboxes._slot.program_file import ProgramFile
from grader.sandboxes._slot.traces import SlotTraces


class StepFiles:
    """Puts files and programs into a slot's working directory."""

    def __init__(self, job: str, program: ProgramFile, traces: SlotTraces) -> None:
        """`job`: that directory."""
        self._job = job
        self._program = program
        self._traces = traces
        self._own = ""
        """Of a session's program, whose file goes with it; empty where it has none."""
        self.kept = False
        """Whether a session's files may lie in scratch space."""

    def put(self, request: dict[str, Any], parts: step.RequestParts) -> None:
        """What the request brings; where others' files may lie, no name of theirs is believed.

        FileHasNoPlaceError where a session has no place or room for a file. A program can do
        without its own, and none of the session's is replaced by it.
        """
        if request.get("keep") or self.kept:
            self._program.remove()
            step.put_among_others(request, parts.files, self._job)
            path = request["path"] if step.has_file(request) else ""
            self._own = path if path and step.put_beside_others(path, parts.source) else ""
            return
        if request.get("files"):
            step.put_files(request, parts.files, self._job)
            self._traces.forget()
        if step.has_file(request):
            self._program.put(request["path"], parts.source)
        else:
            self._program.remove()

    def leave(self) -> None:
        """Leave a session's files where they are, but for the program's own."""
        self.kept = True
        if self._own:
            with suppress(OSError):
                os.unlink(self._own)
        self._traces.forget()
