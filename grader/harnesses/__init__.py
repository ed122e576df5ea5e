"""What other programs call from their own process: one file per program, importing none of them.

All of them share one engine, opened at its first use in a process and closed at its end.
`configure` says how, before that.
"""

from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from grader.engine.service.held import EngineChoices


def configure(**choices: "Unpack[EngineChoices]") -> None:
    """Say how the shared engine is opened (`workers=2, sandbox="docker"`), as `grader.open` takes.

    What is still open in this process is closed; its jobs are cancelled. UsageError for what an
    engine does not take.
    """
    from grader.harnesses import _engine  # noqa: PLC0415  heavy

    _engine.configure(choices)
