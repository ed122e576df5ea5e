"""A Harbor task directory as a task.

`task.toml`, `instruction.md`, `environment/`, `tests/test.sh` and, if there is one,
`solution/solve.sh`. Source: harbor 0.25, `models/task/task.py` and `verifier/verifier.py`.
"""

import posixpath
import re
from pathlib import Path

from grader.benchmarks._harbor.toml import (
    ArtifactEntry,
    EnvironmentTable,
    HarborToml,
    NetworkMode,
    read_toml,
)
from grader.core.limits import Limits
from grader.core.record import digest
from grader.core.task import Image, Task
from grader.errors import UsageError
from grader.graders._harbor_left import LeftEntry, UnreadableArtifacts, in_folder, packed
from grader.graders._harbor_spec import HarborSpec
from grader.image.recipe import HARBOR_NAME

CONVENTION = "/logs/artifacts"
"""Always an artifact (harbor's `with_convention_entry`)."""
WORKDIR = re.compile(r"^[ \t]*WORKDIR[ \t]+(/[^\s$]*)", re.MULTILINE | re.IGNORECASE)
FROM = re.compile(r"^[ \t]*FROM\b", re.MULTILINE | re.IGNORECASE)
TEMPLATE = re.compile(r"\$\{(\w+)(?::-(.*))?\}")
SHORT = 24
MAIN = "main"


def is_task(path: Path) -> bool:
    """Whether a folder is a task of this form."""
    return (path / "task.toml").is_file() and (path / "instruction.md").is_file()


def read_directory(path: Path) -> Task:
    """One directory as a task; UsageError names the file at fault."""
    toml = read_toml(path / "task.toml")
    environment = toml.environment
    dockerfile = dockerfile_in(path, environment)
    bundled = bool(toml.verifier.environment and toml.verifier.environment.docker_image)
    if not bundled and not (path / "tests" / "test.sh").is_file():
        raise UsageError(f"{path / 'tests' / 'test.sh'}: no such file; it is the task's verifier")
    workdir = environment.workdir or workdir_of(dockerfile) or "/app"
    places, exclude = artifacts_of(toml, workdir)
    has_solution = (path / "solution" / "solve.sh").is_file()
    spec = HarborSpec(
        directory=workdir,
        places=places,
        exclude=exclude,
        tests=b"" if bundled else tar_of(path / "tests", "/tests"),
        solution=tar_of(path / "solution", "/solution") if has_solution else b"",
        instruction=text_of(path / "instruction.md"),
        verifier_env=settled(toml.verifier.env),
        verifier_user=user_of(toml.verifier.user),
        solution_env=settled(toml.solution.env),
        agent_user=user_of(toml.agent.user),
        verifier_image=(toml.verifier.environment.docker_image or "")
        if toml.verifier.environment
        else "",
        agent_s=toml.agent.timeout_sec or 3600.0,
        dockerfile=dockerfile,
        unsupported=unsupported(path, toml),
    )
    return Task(
        id=task_name(path, toml),
        benchmark="harbor",
        kind="harbor",
        image=Image(name=environment.docker_image or built_name(path / "environment", dockerfile)),
        limits=limits_of(toml),
        spec=spec.model_dump(mode="json", exclude_defaults=True),
    )


def task_name(path: Path, toml: HarborToml) -> str:
    """What a task is called."""
    return toml.task.name if toml.task else path.resolve().name


def dockerfile_in(path: Path, environment: EnvironmentTable) -> str:
    """The text of `environment/Dockerfile`; empty where an image is named."""
    if environment.docker_image:
        return ""
    file = path / "environment" / "Dockerfile"
    if not file.is_file():
        if (path / "environment" / "docker-compose.yaml").is_file():
            return ""
        raise UsageError(f"{file}: no such file, and task.toml names no environment.docker_image")
    return text_of(file)


def built_name(folder: Path, dockerfile: str) -> str:
    """What the image is called that is made from this folder."""
    if not dockerfile:
        return f"{HARBOR_NAME}:none"
    return f"{HARBOR_NAME}:{digest(dockerfile.encode(), tar_of(folder, '/'))[:SHORT]}"


def workdir_of(dockerfile: str) -> str:
    """Where the image's commands start, as far as the last stage's text says so."""
    last = FROM.split(dockerfile)[-1]
    found = WORKDIR.findall(last)
    return found[-1] if found else ""


def artifacts_of(toml: HarborToml, workdir: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where an agent's work is, and what of it is not taken.

    A task that declares none was made to be verified where the agent worked; then it is all that
    lies in its working directory.
    """
    entries = [
        ArtifactEntry(source=each) if isinstance(each, str) else each for each in toml.artifacts
    ]
    own = [each for each in entries if each.service in {None, MAIN}]
    places = [absolute(each.source, workdir) for each in own] or [workdir]
    exclude = [
        posixpath.join(absolute(each.source, workdir), pattern)
        for each in own
        for pattern in each.exclude
        if not set(pattern) & set("*?[")
    ]
    return tuple(dict.fromkeys([*places, CONVENTION])), tuple(exclude)


def absolute(source: str, workdir: str) -> str:
    """A place in the container."""
    return posixpath.normpath(posixpath.join(workdir, source))


def settled(env: dict[str, str]) -> dict[str, str]:
    """Variables whose value the directory settles: `${NAME:-value}` is the value.

    What only the machine could give is left out: verdicts must not depend on it (`--env` sets it).
    """
    found: dict[str, str] = {}
    for key, value in env.items():
        template = TEMPLATE.fullmatch(value)
        if template is None:
            found[key] = value
        elif template[2] is not None:
            found[key] = template[2]
    return found


def user_of(user: str | int | None) -> str:
    """A user's name or number; empty: the image's."""
    return "" if user is None else str(user)


def limits_of(toml: HarborToml) -> Limits:
    """The verifier's limits; the network is the one of its phase, else of its environment."""
    table = toml.verifier.environment or toml.environment
    mode = toml.verifier.network_mode or table.network_mode
    seconds = toml.verifier.timeout_sec
    return Limits(
        cpu_s=seconds * 4,
        wall_s=seconds,
        memory_mb=table.memory_mb or 4096,
        pids=4096,
        output_kb=16384,
        disk_mb=table.storage_mb or 10240,
        network=mode is NetworkMode.PUBLIC,
    )


def unsupported(path: Path, toml: HarborToml) -> str:
    """Why a task cannot be run here; empty where it can."""
    table = toml.verifier.environment or toml.environment
    obstacles = {
        "it has several steps, each with an agent's turn; only tasks of one are graded": toml.steps,
        "its environment is several services (docker-compose.yaml); only one container is": (
            path / "environment" / "docker-compose.yaml"
        ).is_file(),
        "its environment is Windows": "windows" in {toml.environment.os, table.os},
        "its verifier wants a GPU": table.gpus,
        "its verifier has a Dockerfile of its own; build it and name the image in task.toml": (
            not table.docker_image and (path / "tests" / "Dockerfile").is_file()
        ),
        "its verifier may reach some hosts only, which no container engine can bound": (
            NetworkMode.ALLOWLIST in {toml.verifier.network_mode, table.network_mode}
        ),
    }
    return next((why for why, is_so in obstacles.items() if is_so), "")


def tar_of(folder: Path, place: str) -> bytes:
    """A folder's files as a tar file for `place`; UsageError for what cannot be read."""
    try:
        entries = [
            LeftEntry(place.rstrip("/") + each.path, each.mode, each.data, each.target)
            for each in in_folder(folder)
        ]
    except UnreadableArtifacts as error:
        raise UsageError(str(error)) from error
    return packed(sorted(entries))


def text_of(path: Path) -> str:
    """A file's text; UsageError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); a task needs this file") from error
