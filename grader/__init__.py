"""grader decides whether code that a model wrote is right.

The public names below are loaded on first use; importing this package does nothing else.
"""

from importlib import import_module

from grader.version import VERSION

TYPE_CHECKING = False
"""What type checkers take for true; `typing` itself would cost a quarter of `grader --help`."""

if TYPE_CHECKING:
    from grader.api import aevaluate as aevaluate
    from grader.api import evaluate as evaluate
    from grader.api import stream as stream
    from grader.core.limits import Limits as Limits
    from grader.core.report import Report as Report
    from grader.core.result import Result as Result
    from grader.core.result import Trust as Trust
    from grader.core.result import Verdict as Verdict
    from grader.core.sample import Sample as Sample
    from grader.core.task import Task as Task
    from grader.engine.build.cases import cases_task as cases_task
    from grader.engine.build.function import function_task as function_task
    from grader.engine.build.program import program_task as program_task
    from grader.engine.build.repository import repository_task as repository_task
    from grader.engine.service.blocking import open as open
    from grader.engine.service.engine import Engine as Engine
    from grader.errors import GraderError as GraderError
    from grader.errors import InfraError as InfraError
    from grader.errors import UsageError as UsageError

__version__ = VERSION

_HOME = {
    "GraderError": "grader.errors",
    "InfraError": "grader.errors",
    "Limits": "grader.core.limits",
    "Engine": "grader.engine.service.engine",
    "Report": "grader.core.report",
    "Result": "grader.core.result",
    "Sample": "grader.core.sample",
    "Task": "grader.core.task",
    "Trust": "grader.core.result",
    "UsageError": "grader.errors",
    "Verdict": "grader.core.result",
    "aevaluate": "grader.api",
    "cases_task": "grader.engine.build.cases",
    "evaluate": "grader.api",
    "function_task": "grader.engine.build.function",
    "open": "grader.engine.service.blocking",
    "program_task": "grader.engine.build.program",
    "repository_task": "grader.engine.build.repository",
    "stream": "grader.api",
}

__all__ = [
    "Engine",
    "GraderError",
    "InfraError",
    "Limits",
    "Report",
    "Result",
    "Sample",
    "Task",
    "Trust",
    "UsageError",
    "Verdict",
    "__version__",
    "aevaluate",
    "cases_task",
    "evaluate",
    "function_task",
    "open",
    "program_task",
    "repository_task",
    "stream",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'grader' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
