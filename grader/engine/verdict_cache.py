"""Verdicts by content: what was run before, down to the last byte, is not run again.

A key is the digest of everything that decides: the patch, the task with its tests, limits and
image's name, the image's content, how containers are made, how it is read, and the engine's own
source. So an entry is never out of date; where anything differs there is none.

Entries are believed only if they carry a code made with this folder's secret key, and the folder
only if nobody but its owner can reach it. A result that was taken from here says from which run.
"""

import hmac
import json
import os
import secrets
import stat
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from anyio import to_thread
from pydantic import ValidationError

from grader.core.container import ContainerOptions
from grader.core.job import Attempt, Job
from grader.core.record import Record, digest
from grader.core.result import Result, Verdict
from grader.core.task import HOST
from grader.engine.provenance import engine_sha256
from grader.errors import InfraError, UsageError
from grader.sandboxes.base import Provider
from grader.version import VERSION

FOLDER, KEY_NAME = "verdicts", "key"
SCHEMA = "1"
KEPT = frozenset(
    {Verdict.PASSED, Verdict.FAILED, Verdict.ERROR, Verdict.PATCH_REJECTED, Verdict.TAMPERED}
)
"""Not the verdicts that rest on a limit: a machine with less to do may come to another."""
ENTRY_BYTES_MAX = 8 << 20
TEXT_BYTES_MAX = 256 << 20
FOLDER_BYTES_MAX = 2 << 30
KEY_BYTES, MAC_BYTES = 32, 32
NOT_DECISIVE = ("host", "pull", "image")
"""Options of containers that say where an image comes from; its content is in the key. `image` is
what plans without one of their own run in, and those are not kept here."""


class CachedVerdict(Record):
    """What is stored under a key."""

    key: str
    run_id: str
    stored_at: float
    """Seconds since the epoch."""
    result: Result


def is_kept(job: Job, containers: ContainerOptions) -> bool:
    """Whether a job's verdict follows from its content alone.

    Not where a network is open: what it gives today it may not give tomorrow. Both passes and
    failures are left out then; to keep only one of them would favour it.
    """
    sample = job.sample
    return (
        job.task.image.name != HOST
        and bool(sample.body.strip())
        and not sample.defect
        and not job.task.limits.network
        and not containers.network
    )


def key_of(job: Job, *, image: str, provider: str, containers: ContainerOptions) -> str:
    """Hex SHA-256 of all that decides; `image`: the content's digest."""
    options = {
        name: value
        for name, value in containers.model_dump(mode="json").items()
        if name not in NOT_DECISIVE
    }
    parts: Mapping[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "engine": engine_sha256(),
        "machine": os.uname().machine,
        "provider": provider,
        "containers": options,
        "image": image,
        "task": job.task.model_dump(mode="json"),
        "whole": job.sample.whole,
        "trust": job.trust,
        "reading": job.reading,
    }
    text = json.dumps(parts, sort_keys=True).encode(errors="surrogatepass")
    return digest(text, job.sample.body.encode(errors="surrogatepass"))


class VerdictCache:
    """A folder of entries; `open_verdicts` makes one."""

    def __init__(self, folder: Path, secret: bytes, *, run_id: str) -> None:
        """`run_id`: of the run that stores."""
        self._folder = folder
        self._secret = secret
        self._run_id = run_id

    async def once(self, job: Job, provider: Provider, attempt: Attempt) -> Result:
        """What is known about a job of this content, or else what `attempt` brings."""
        key = await key_for(job, provider)
        if key is None:
            return await attempt(job)
        found = await to_thread.run_sync(self.find, key)
        if found is not None and found.result.task_id == job.task.id:
            return taken(found, job)
        result = await attempt(job)
        if result.verdict in KEPT and result.execution is not None:
            await to_thread.run_sync(self.keep, key, result)
        return result

    def find(self, key: str) -> CachedVerdict | None:
        """The entry; None where there is none that can be believed."""
        try:
            file = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        with os.fdopen(file, "rb") as opened:
            data = opened.read(ENTRY_BYTES_MAX + 1)
        return self.opened(data, key)

    def opened(self, data: bytes, key: str) -> CachedVerdict | None:
        """An entry's bytes as what they say; None where they were not written here for `key`."""
        mac, packed = data[:MAC_BYTES], data[MAC_BYTES:]
        if len(data) > ENTRY_BYTES_MAX or not hmac.compare_digest(mac, self._mac(key, packed)):
            return None
        try:
            text = zlib.decompressobj().decompress(packed, TEXT_BYTES_MAX)
            entry = CachedVerdict.model_validate_json(text)
        except (zlib.error, ValidationError):
            return None
        return entry if entry.key == key else None

    def keep(self, key: str, result: Result) -> None:
        """Store a result; what is too big or cannot be written is run again another time."""
        entry = CachedVerdict(key=key, run_id=self._run_id, stored_at=time.time(), result=result)
        packed = zlib.compress(entry.model_dump_json(exclude_defaults=True).encode(), 1)
        if len(packed) + MAC_BYTES > ENTRY_BYTES_MAX:
            return
        path = self._path(key)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            temporary.write_bytes(self._mac(key, packed) + packed)
            temporary.replace(path)
            return
        with suppress(OSError):
            temporary.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _mac(self, key: str, packed: bytes) -> bytes:
        return hmac.digest(self._secret, key.encode() + packed, "sha256")


async def key_for(job: Job, provider: Provider) -> str | None:
    """The key; None where no verdict is kept, or the image cannot be had: the job says why."""
    containers = getattr(provider, "options", None)
    image_of = getattr(provider, "image", None)
    if (
        not isinstance(containers, ContainerOptions)
        or image_of is None
        or not is_kept(job, containers)
    ):
        return None
    try:
        image = await image_of(job.task.image)
    except InfraError:
        return None
    return await to_thread.run_sync(
        lambda: key_of(job, image=image.id, provider=provider.name, containers=containers)
    )


def taken(entry: CachedVerdict, job: Job) -> Result:
    """An entry's result for this job: the judgement and the facts are those of the run named."""
    return entry.result.model_copy(
        update={
            "index": job.sample.index,
            "attempts": 0,
            "known_broken": job.task.known_broken,
            "cached_from": entry.run_id,
        }
    )


def open_verdicts(cache: Path, *, run_id: str) -> VerdictCache | None:
    """The folder below `cache`, made where it is missing; UsageError where others can reach it.

    None where it cannot be used at all: then everything is run.
    """
    folder = cache / FOLDER
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        refuse_open(folder)
        secret = secret_of(folder / KEY_NAME)
        shrink(folder)
    except OSError:
        return None
    return VerdictCache(folder, secret, run_id=run_id)


def refuse_open(path: Path) -> None:
    """UsageError unless `path` is the caller's own and nobody else may reach into it."""
    found = path.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077 or stat.S_ISLNK(found.st_mode):
        raise UsageError(
            f"the verdict cache {path} can be changed by others, so nothing in it is believed;"
            f" make it your own (chown, chmod go-rwx), remove it, or pass --no-cache"
        )


def secret_of(path: Path) -> bytes:
    """The folder's secret key, made where it is missing."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(secrets.token_bytes(KEY_BYTES))
        # The race: two runs make a key each; the link fails for the second, which takes the first.
        with suppress(FileExistsError):
            os.link(temporary, path)
        temporary.unlink()
    refuse_open(path)
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise UsageError(f"{path} is damaged; remove {path.parent}: what is in it is run again")
    return secret


def shrink(folder: Path, *, most_bytes: int = FOLDER_BYTES_MAX) -> None:
    """Remove the oldest entries of a folder that has grown too large, down to half of the most."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob("??/*"):
        with suppress(OSError):
            facts = path.lstat()
            found.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in found)
    if total <= most_bytes:
        return
    for _, size, path in sorted(found):
        if total <= most_bytes // 2:
            break
        with suppress(OSError):
            path.unlink()
            total -= size
