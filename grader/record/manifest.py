"""`run.json`: write it, read it, and say how two of them differ."""

import json
import os
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from grader.core.manifest import DESCRIPTIVE, UNKNOWN_IN_OLDER, Manifest
from grader.core.record import Record, first_fault
from grader.errors import UsageError
from grader.record import received

NAME = "run.json"
PLACES = frozenset({"dataset.path"})
"""Keys that say where something lay, where its digest says what it was."""
DIGITS = 12
"""Of a digest in a message."""


def write(directory: Path, manifest: Manifest) -> None:
    """Put `run.json` into `directory`, whole or not at all."""
    write_record(directory / NAME, manifest)


def read(directory: Path) -> Manifest:
    """The manifest in `directory`; UsageError where there is none or it is not one."""
    path = directory / NAME
    try:
        text = received.data(path)
        found = Manifest.model_validate_json(text)
        received.refuse_twice(text)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"no run in {directory}: it holds no {NAME}; pass a run directory"
        ) from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    except ValidationError as error:
        why = first_fault(error, "the file")
        raise UsageError(
            f"{path} is no manifest of this version: {why}; start a new run"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is no manifest: {error}; get the run again") from error
    if why := received.implausible(found):
        raise UsageError(f"{path} is no manifest: {why}; get the run again")
    return found


def differences(stored: Manifest, wanted: Manifest) -> list[str]:
    """One line `key: stored -> wanted` for every key that makes two runs incomparable."""
    before, after = flat(stored), flat(wanted)
    return [
        f"{key}: {_shown(key, before.get(key))} -> {_shown(key, after.get(key))}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
        and not (key in UNKNOWN_IN_OLDER and not before.get(key))
    ]


def _shown(key: str, value: object) -> str:
    """JSON; of a digest its beginning, which is enough to see that it is another."""
    text = json.dumps(value)
    if key.endswith("sha256") and isinstance(value, str) and len(value) > DIGITS:
        return json.dumps(f"{value[:DIGITS]}…", ensure_ascii=False)
    return text


def flat(manifest: Manifest) -> dict[str, Any]:
    """Dotted key → value, without what only describes."""
    values: dict[str, Any] = {}
    for key, value in manifest.model_dump(mode="json").items():
        if key in DESCRIPTIVE:
            continue
        if isinstance(value, dict):
            inner = cast("dict[str, Any]", value)
            values.update({f"{key}.{name}": item for name, item in inner.items()})
        else:
            values[key] = value
    return {key: value for key, value in values.items() if key not in PLACES}


def write_record(path: Path, record: Record) -> None:
    """Write `record` as indented JSON: a reader sees the old file or the new one, never half."""
    received.is_there(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with received.fresh(temporary) as file:
            file.write((record.model_dump_json(indent=2) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
