"""What the engine sends to a supervisor for one step."""

import hashlib
import json
import posixpath
from typing import Any

from grader.core.limits import Limits
from grader.core.plan import (
    PREPARED,
    WORKING_DIRECTORY,
    Command,
    CommandInterview,
    Interview,
    Program,
    Step,
)
from grader.sandboxes._slot.scratch import SITE

PATIENCE_S = 30.0
"""How much longer than its candidate a checker may live: it waits most of the time."""


def for_step(
    step: Step, limits: Limits, *, fresh: bool, job: str, keep: bool = False
) -> tuple[dict[str, Any], list[bytes]]:
    """Header and bodies for a program or a command; `keep`: its files stay for the next one."""
    request = _common(step, limits, fresh=fresh)
    if keep:
        request["keep"] = True
    source = code = b""
    match step.action:
        case Program(source=text, module=module, finish=finish):
            source, code = text.encode(), step.action.code if job == WORKING_DIRECTORY else b""
            path = f"{job}/{step.action.file_name}"
            request |= {"module": module, "finish": finish, "path": path}
        case Command(argv=argv, env=env, cwd=cwd):
            if job != WORKING_DIRECTORY:
                argv, env = _placed(argv, env, job)
            request |= {"argv": list(argv), "env": list(env), "path": "", "finish": True}
            request |= {"cwd": posixpath.join(job, cwd)} if cwd else {}
        case Interview() | CommandInterview():
            raise TypeError("an interview has two sides; use for_candidate and for_checker")
    request |= {"source": len(source), "code": len(code)}
    return request, [source, step.stdin, *(file.data for file in step.files), code]


def for_candidate(
    step: Step, interview: Interview, limits: Limits, *, fresh: bool, job: str
) -> tuple[dict[str, Any], list[bytes]]:
    """The untrusted side: the model's program and the names of the prompt's classes."""
    request = _common(step, limits, fresh=fresh)
    source = interview.candidate.encode()
    code = interview.code if job == WORKING_DIRECTORY else b""
    request |= {
        "role": "candidate", "module": "solution", "finish": False,
        "path": f"{job}/{interview.file_name}",
        "classes": interview.classes, "source": len(source), "code": len(code),
        "call_cpu_s": interview.call_cpu_s, "draws": interview.draws,
    }  # fmt: skip
    return request, [source, step.stdin, *(file.data for file in step.files), code]


def _placed(
    argv: tuple[str, ...], env: tuple[tuple[str, str], ...], job: str
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """A command where no place can be made at the slot's root: see `FolderScratch.link`."""
    place = f"{job.rpartition('/')[0]}{SITE}{PREPARED}/"
    moved = tuple(word.replace(f"{PREPARED}/", place) for word in argv)
    return moved, tuple((name, value.replace(f"{PREPARED}/", place)) for name, value in env)


def for_side(
    step: Step, limits: Limits, *, fresh: bool, job: str
) -> tuple[dict[str, Any], list[bytes]]:
    """One command of two that talk over pipes; `step` is that side's own."""
    request, bodies = for_step(step, limits, fresh=fresh, job=job)
    return request | {"pipes": True}, bodies


ONE_OWNER = "one"


def for_checker(
    step: Step, interview: Interview, limits: Limits, *, fresh: bool, hasty: bool, apart: bool
) -> tuple[dict[str, Any], list[bytes]]:
    """The trusted side: the prompt's helpers, the tests, and what to ask for.

    `hasty`: questions that are certain may be sent before others are answered. `apart`: no process
    may serve other tests than these; `fresh`: none may serve another sample. Namespaces of its own
    are for the model's code, which never runs here.
    """
    request = _common(step, limits, fresh=False)
    request["limits"]["wall_s"] = 6 * limits.wall_s + PATIENCE_S
    request |= {"stdin": 0, "files": []}
    cases = interview.cases
    said = {
        "prelude": interview.prelude,
        "tests": interview.tests,
        "cases": cases and cases.model_dump(mode="json"),
    }
    source = json.dumps(said).encode()
    owner = hashlib.sha256(source).hexdigest() if apart and interview.tidy else ONE_OWNER
    stands = interview.tidy and not fresh
    request |= {
        "role": "checker", "module": "tests", "finish": False, "path": "", "visible": False,
        "classes": interview.classes, "functions": interview.functions,
        "names": interview.names, "isolate": interview.isolate_arguments,
        "may_change": interview.may_change, "may_stream": interview.may_stream,
        "source": len(source),
        "standing": owner if stands else "", "key": cases.key if cases else "",
        "call_cpu_s": interview.call_cpu_s, "draws": interview.draws,
        "ahead": hasty and not (
            cases or interview.names or interview.classes or interview.isolate_arguments
            or interview.call_cpu_s or interview.draws
        ),
    }  # fmt: skip
    return request, [source]


def _common(step: Step, limits: Limits, *, fresh: bool) -> dict[str, Any]:
    """What every request says; what a build leaves may be as large as its space is."""
    made = {"collect_kb": limits.disk_mb << 10} if step.keep else {}
    return made | {
        "limits": {
            "cpu_s": limits.cpu_s, "wall_s": limits.wall_s, "memory_mb": limits.memory_mb,
            "pids": limits.pids, "output_kb": limits.output_kb, "disk_mb": limits.disk_mb,
        },
        "fresh": fresh, "stdin": len(step.stdin), "collect": [*step.collect, *step.keep],
        "files": [(file.path, file.mode, len(file.data)) for file in step.files],
    }  # fmt: skip
