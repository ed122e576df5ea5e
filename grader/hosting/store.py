"""What a board keeps: every change is one transaction that begins with the log's head.

Whoever writes holds the head's row (PostgreSQL: FOR UPDATE; SQLite: BEGIN IMMEDIATE), so quotas are
counted and used up at one time, and the log has one order.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, func, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from grader.errors import InfraError, UsageError
from grader.hosting.schema import ACCOUNTS, EVENTS, HEADS, NAME_CHARS, SESSIONS, SUBMISSIONS
from grader.hosting.settings import BoardQuota

QUEUED, GRADING, GRADED, REFUSED, FAILED = "queued", "grading", "graded", "refused", "failed"
SESSION_S = 12 * 3600.0
LOCK_WAIT_S = 60


class QuotaSpentError(UsageError):
    """An account has submitted as often as it may."""


class Submission(NamedTuple):
    """One row."""

    id: str
    account: str
    name: str
    sha256: str
    day: str
    made_at: float
    usd: float | None
    state: str
    why: str
    passed: int | None
    samples: int | None
    score: float | None
    published_at: float | None
    withdrawn_at: float | None


class BoardSession(NamedTuple):
    """Somebody who is logged in."""

    account: str
    csrf: str


def named(text: str, words: str) -> str:
    """A name as it is kept; UsageError, which begins with `words`, for what is none."""
    name = text.strip()
    if not name or len(name) > NAME_CHARS or not name.isprintable():
        raise UsageError(f"{words} 1 to {NAME_CHARS} printable characters")
    return name


def sha256(value: str) -> str:
    """Hex SHA-256: what is kept of tokens."""
    return hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()


def link(head: str, number: int, parts: tuple[str, ...]) -> str:
    """The link of a line of the log: over the one before, and all that it says."""
    return hashlib.sha256(json.dumps([head, number, *parts]).encode()).hexdigest()


class BoardStore:
    """An open store."""

    def __init__(self, url: str) -> None:
        """Open it, and bring it to today's form; UsageError where that cannot be."""
        is_sqlite = url.startswith("sqlite")
        try:
            more: dict[str, Any] = {"connect_args": {"timeout": LOCK_WAIT_S}} if is_sqlite else {}
            self._engine = create_engine(url, pool_size=8, max_overflow=24, **more)
            if is_sqlite:
                event.listen(self._engine, "connect", on_connect)
                event.listen(self._engine, "begin", on_begin)
            with self._engine.execution_options(writes=True).begin() as connection:
                migrate(connection)
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            first = str(error).splitlines()[0]
            raise UsageError(f"the board's store cannot be opened: {first[:300]}") from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with self._engine.execution_options(writes=True).begin() as connection:
            connection.execute(select(HEADS.c.link).with_for_update()).one()
            yield connection

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    def add_account(self, name: str) -> str:
        """A new account's token, which is kept nowhere; UsageError where the name is taken."""
        token = secrets.token_urlsafe(32)
        try:
            with self._writing() as connection:
                row = {"name": name, "token_sha256": sha256(token), "made_at": time.time()}
                connection.execute(ACCOUNTS.insert().values(row))
                note(connection, "", "account", name)
        except IntegrityError:
            raise UsageError(f"there is an account '{name}' already") from None
        return token

    def account_of(self, token: str) -> str | None:
        """Whose token it is; a digest is looked up, so its time tells nothing of a token."""
        with self._reading() as connection:
            wanted = select(ACCOUNTS.c.name).where(ACCOUNTS.c.token_sha256 == sha256(token))
            return connection.execute(wanted).scalar_one_or_none()

    def log_in(self, account: str) -> str:
        """A new session's secret."""
        secret = secrets.token_urlsafe(32)
        with self._writing() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.ends_at < time.time()))
            row = {"sha256": sha256(secret), "account": account, "csrf": secrets.token_urlsafe(32)}
            connection.execute(SESSIONS.insert().values(**row, ends_at=time.time() + SESSION_S))
        return secret

    def session(self, secret: str) -> BoardSession | None:
        """Who is logged in by this secret."""
        with self._reading() as connection:
            wanted = select(SESSIONS.c.account, SESSIONS.c.csrf).where(
                SESSIONS.c.sha256 == sha256(secret), SESSIONS.c.ends_at > time.time()
            )
            row = connection.execute(wanted).one_or_none()
            return None if row is None else BoardSession(*row)

    def log_out(self, secret: str) -> None:
        """End a session."""
        with self._writing() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.sha256 == sha256(secret)))

    def submit(
        self, account: str, *, number: str, name: str, digest: str, usd: float | None,
        quota: BoardQuota,
    ) -> Submission:  # fmt: skip
        """Queue an upload; QuotaSpentError where the account may not, by any number of racers."""
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        row = Submission(
            number, account, name, digest, today, time.time(), usd, QUEUED, "",
            None, None, None, None, None,
        )  # fmt: skip
        with self._writing() as connection:
            counted = (SUBMISSIONS.c.account == account) & (SUBMISSIONS.c.state != FAILED)
            total = count(connection, counted)
            of_today = count(connection, counted & (SUBMISSIONS.c.day == today))
            if total >= quota.total:
                raise QuotaSpentError(f"all {quota.total} submissions of this account are used up")
            if of_today >= quota.per_day:
                raise QuotaSpentError(f"{quota.per_day} submissions a day; go on after 0:00 UTC")
            connection.execute(SUBMISSIONS.insert().values(row._asdict()))
            note(connection, account, "submit", number, sha256=digest, name=name)
        return row

    def find(self, number: str) -> Submission | None:
        """A submission by its id."""
        found = self._submissions(SUBMISSIONS.c.id == number)
        return found[0] if found else None

    def of_account(self, account: str) -> list[Submission]:
        """All of an account, newest first."""
        return self._submissions(SUBMISSIONS.c.account == account)

    def published(self) -> list[Submission]:
        """All that are on the board."""
        is_there = SUBMISSIONS.c.published_at.is_not(None) & SUBMISSIONS.c.withdrawn_at.is_(None)
        return self._submissions(is_there)

    def _submissions(self, condition: Any) -> list[Submission]:
        with self._reading() as connection:
            wanted = select(SUBMISSIONS).where(condition).order_by(SUBMISSIONS.c.made_at.desc())
            return [Submission(*row) for row in connection.execute(wanted)]

    def resume(self) -> None:
        """What was being graded when the service ended is queued again; its run goes on."""
        with self._writing() as connection:
            again = update(SUBMISSIONS).where(SUBMISSIONS.c.state == GRADING).values(state=QUEUED)
            connection.execute(again)

    def take(self) -> Submission | None:
        """The next in line, which nobody else gets."""
        with self._writing() as connection:
            wanted = (
                select(SUBMISSIONS)
                .where(SUBMISSIONS.c.state == QUEUED)
                .order_by(SUBMISSIONS.c.made_at)
                .limit(1)
            )
            row = connection.execute(wanted).one_or_none()
            if row is None:
                return None
            found = Submission(*row)
            change(connection, found.id, state=GRADING)
            return found._replace(state=GRADING)

    def finish(self, number: str, state: str, **facts: Any) -> bool:
        """Note what came of a submission, once; False where it is noted already."""
        with self._writing() as connection:
            state_now = select(SUBMISSIONS.c.state).where(SUBMISSIONS.c.id == number)
            if connection.execute(state_now).scalar_one() != GRADING:
                return False
            change(connection, number, state=state, **facts)
            note(connection, "", state, number, **facts)
            return True

    def publish(self, account: str, number: str) -> None:
        """Put a graded submission on the board; UsageError where it cannot be there."""
        self._turn(account, number, "publish", published_at=time.time(), withdrawn_at=None)

    def withdraw(self, account: str, number: str) -> None:
        """Take it from the board; the log keeps that it was there."""
        self._turn(account, number, "withdraw", withdrawn_at=time.time())

    def _turn(self, account: str, number: str, what: str, **facts: Any) -> None:
        with self._writing() as connection:
            owned = (SUBMISSIONS.c.id == number) & (SUBMISSIONS.c.account == account)
            row = connection.execute(select(SUBMISSIONS).where(owned)).one_or_none()
            if row is None:
                raise FileNotFoundError(number)
            if Submission(*row).state != GRADED:
                raise UsageError("only what is graded can be published or withdrawn")
            change(connection, number, **facts)
            note(connection, account, what, number)

    def events(self) -> Iterator[tuple[Any, ...]]:
        """The log, oldest first."""
        with self._reading() as connection:
            for row in connection.execute(select(EVENTS).order_by(EVENTS.c.number)):
                yield tuple(row)

    def damage(self) -> tuple[str, int]:
        """What of the log is not as it was written (empty: all is), and how many lines it has."""
        head, number = "", 0
        for row in self.events():
            number += 1
            if row[0] != number:
                return f"line {number} of the log is missing", number
            head = link(head, number, row[1:6])
            if head != row[6]:
                return f"line {number} of the log was changed", number
        with self._reading() as connection:
            kept = connection.execute(select(HEADS.c.number, HEADS.c.link)).one()
        return ("" if tuple(kept) == (number, head) else "the log's end was cut off"), number


def count(connection: Connection, condition: Any) -> int:
    """How many submissions fulfil a condition."""
    return connection.execute(
        select(func.count()).select_from(SUBMISSIONS).where(condition)
    ).scalar_one()


def change(connection: Connection, number: str, **facts: Any) -> None:
    """Change a submission's row."""
    connection.execute(update(SUBMISSIONS).where(SUBMISSIONS.c.id == number).values(**facts))


def note(connection: Connection, who: str, what: str, about: str, **detail: Any) -> None:
    """Add a line to the log; in the transaction of what it says."""
    number, head = connection.execute(select(HEADS.c.number, HEADS.c.link)).one()
    parts = (datetime.now(UTC).isoformat(), who, what, about, json.dumps(detail, sort_keys=True))
    made = link(head, number + 1, parts)
    names = ("at", "who", "what", "about", "detail")
    row = dict(zip(names, parts, strict=True))
    connection.execute(EVENTS.insert().values(number=number + 1, link=made, **row))
    connection.execute(update(HEADS).values(number=number + 1, link=made))


def on_connect(connection: Any, _record: object) -> None:
    """SQLite: transactions are ours to begin, and a power cut loses nothing."""
    connection.isolation_level = None
    for words in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {words}")


def on_begin(connection: Connection) -> None:
    """SQLite: whoever may write is alone from the beginning."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(connection: Connection) -> None:
    """Bring the store to today's form."""
    if connection.dialect.name == "postgresql":  # two services that begin at one time
        connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))
    config = Config()
    config.set_main_option(
        "script_location", str(Path(str(files("grader.hosting") / "migrations")))
    )
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except command.util.CommandError as error:
        raise InfraError(f"the board's store is of a newer grader: {error}") from error
