"""`task.toml` of a Harbor task, schema 1.0 to 1.4.

Source: harbor 0.25, `models/task/config.py`. Keys that it does not know it passes over; so does
this, which reads only what decides a verdict.
"""

import json
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.core.record import first_fault
from grader.errors import UsageError

SCHEMAS = ("1.0", "1.1", "1.2", "1.3", "1.4")
SIZE = re.compile(r"^(\d+(?:\.\d+)?)([GMK])B?$", re.IGNORECASE)
MB_OF = {"G": 1024.0, "M": 1.0, "K": 1 / 1024}


class NetworkMode(StrEnum):
    """What a phase may reach."""

    PUBLIC = "public"
    NONE = "no-network"
    ALLOWLIST = "allowlist"


class HarborTable(BaseModel):
    """A table; what else is in it is not ours to judge."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ArtifactEntry(HarborTable):
    """One of `artifacts`."""

    source: str
    exclude: tuple[str, ...] = ()
    service: str | None = None


class EnvironmentTable(HarborTable):
    """`[environment]`, and `[verifier.environment]`."""

    docker_image: str | None = None
    os: str = "linux"
    cpus: float | None = Field(default=None, gt=0)
    memory_mb: int | None = Field(default=None, gt=0)
    storage_mb: int | None = Field(default=None, gt=0)
    gpus: int | None = None
    network_mode: NetworkMode = NetworkMode.PUBLIC
    env: dict[str, str] = {}
    workdir: str | None = None


class VerifierTable(HarborTable):
    """`[verifier]`."""

    timeout_sec: float = Field(default=600.0, gt=0, le=1e6)
    env: dict[str, str] = {}
    user: str | int | None = None
    environment: EnvironmentTable | None = None
    network_mode: NetworkMode | None = None


class AgentTable(HarborTable):
    """`[agent]`."""

    timeout_sec: float | None = Field(default=None, gt=0, le=1e6)
    user: str | int | None = None


class SolutionTable(HarborTable):
    """`[solution]`."""

    env: dict[str, str] = {}


class NameTable(HarborTable):
    """`[task]`."""

    name: str


class HarborToml(HarborTable):
    """The whole file."""

    schema_version: str = "1.4"
    task: NameTable | None = None
    verifier: VerifierTable = VerifierTable()
    agent: AgentTable = AgentTable()
    environment: EnvironmentTable = EnvironmentTable()
    solution: SolutionTable = SolutionTable()
    steps: tuple[dict[str, Any], ...] | None = None
    artifacts: tuple[str | ArtifactEntry, ...] = ()


def read_toml(path: Path) -> HarborToml:
    """Parse and check; UsageError names file and key."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not readable as TOML: {error}") from error
    if "version" in table:
        table.setdefault("schema_version", table.pop("version"))
    environment = table.get("environment")
    if isinstance(environment, dict):
        table["environment"] = of_now(cast("dict[str, Any]", environment), path)
    try:
        found = HarborToml.model_validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        raise UsageError(f"{path}: {first_fault(error, 'task.toml')}") from error
    if found.schema_version not in SCHEMAS:
        raise UsageError(
            f"{path}: schema_version '{found.schema_version}' is none of {', '.join(SCHEMAS)}"
        )
    return found


def of_now(environment: dict[str, Any], path: Path) -> dict[str, Any]:
    """`[environment]` in the words of schema 1.4: sizes were texts, the network a truth value."""
    found = dict(environment)
    for old, new in (("memory", "memory_mb"), ("storage", "storage_mb")):
        text = found.pop(old, None)
        if isinstance(text, str):
            size = SIZE.match(text.strip())
            if size is None:
                raise UsageError(f"{path}: environment.{old} '{text}' is no size as 2G or 512M")
            found.setdefault(new, int(float(size[1]) * MB_OF[size[2].upper()]))
    allowed = found.pop("allow_internet", None)
    if allowed is False:
        found.setdefault("network_mode", NetworkMode.NONE.value)
    return found
