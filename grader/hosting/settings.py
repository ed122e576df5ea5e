"""`BOARD.toml`: what a board asks of those who submit, and where it keeps all."""

import tomllib
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import Field, ValidationError

from grader.core.record import Record, first_fault
from grader.errors import UsageError


class BoardQuota(Record):
    """How often one account may submit; what our own trouble stopped does not count."""

    per_day: int = Field(default=5, gt=0)
    """A day begins at 0:00 UTC."""
    total: int = Field(default=100, gt=0)


class BoardBounds(Record):
    """How much one client may send."""

    upload_mb: int = Field(default=64, gt=0, le=4096)
    unpacked_mb: int = Field(default=512, gt=0, le=65_536)
    requests_per_minute: int = Field(default=240, gt=0)
    """Of one account, or of one address without one."""
    guesses_per_minute: int = Field(default=10, gt=0)
    """Wrong tokens from one address."""


class BoardSettings(Record):
    """The whole file. Paths are relative to its folder."""

    title: str = Field(min_length=1, max_length=200)
    benchmark: str
    data: Path | None = None
    key: str = ""
    """What opens sealed data: a private key's file, or `agent`."""
    public: tuple[str, ...] = ()
    """Globs of task ids whose verdicts may be shown one by one; empty: of an open benchmark all,
    of a sealed one none."""
    opens: datetime | None = None
    closes: datetime | None = None
    """Outside of this window nothing is taken in."""
    folder: Path = Path("board")
    """Uploads, runs and the SQLite store."""
    store: str = ""
    """A URL of SQLAlchemy's, as postgresql+pg8000://…; empty: SQLite in `folder`."""
    sign: Path | None = None
    """A private key of OpenSSH or OpenSSL that signs published entries."""
    https: bool = False
    """Whether clients come over HTTPS: cookies are sent over nothing else then."""
    options: tuple[str, ...] = ()
    """More words for `grader evaluate`, as ["--sandbox", "docker"]."""
    quota: BoardQuota = BoardQuota()
    bounds: BoardBounds = BoardBounds()

    @property
    def url(self) -> str:
        """Where the store is."""
        return self.store or f"sqlite:///{self.folder / 'board.sqlite'}"

    def is_open(self, now: datetime) -> bool:
        """Whether submissions are taken in."""
        return not (
            (self.opens and now < aware(self.opens)) or (self.closes and now >= aware(self.closes))
        )

    def is_public(self, task_id: str, *, sealed: bool) -> bool:
        """Whether a task's own verdict may be shown."""
        if not self.public:
            return not sealed
        return any(fnmatchcase(task_id, glob) for glob in self.public)


def aware(moment: datetime) -> datetime:
    """A moment of the file; without a zone it is in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read(path: Path) -> BoardSettings:
    """Read the file; UsageError names what is wrong."""
    try:
        told = BoardSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        raise UsageError(f"{path}: {first_fault(error, 'the file')}") from None
    except ValueError as error:
        raise UsageError(f"{path}: not readable as TOML: {error}") from error
    base = path.resolve().parent
    key = told.key if told.key in {"", "agent"} else str(base / told.key)
    return told.model_copy(
        update={
            "folder": base / told.folder,
            "data": told.data and base / told.data,
            "sign": told.sign and base / told.sign,
            "key": key,
        }
    )
