"""The store's tables; `migrations/` makes them, and a test compares the two."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
NAME_CHARS = 80
"""Of an account and of an entry."""

ACCOUNTS = Table(
    "account",
    METADATA,
    Column("name", String(NAME_CHARS), primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("made_at", Float, nullable=False),
)
SESSIONS = Table(
    "session",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("account", String(NAME_CHARS), ForeignKey("account.name"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("ends_at", Float, nullable=False),
)
SUBMISSIONS = Table(
    "submission",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", String(NAME_CHARS), ForeignKey("account.name"), nullable=False),
    Column("name", String(NAME_CHARS), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("usd", Float),
    Column("state", String(12), nullable=False),
    Column("why", Text, nullable=False),
    Column("passed", Integer),
    Column("samples", Integer),
    Column("score", Float),
    Column("published_at", Float),
    Column("withdrawn_at", Float),
    Index("submission_of_account", "account", "day"),
    Index("submission_in_state", "state", "made_at"),
)
EVENTS = Table(
    "event",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", String(NAME_CHARS), nullable=False),
    Column("what", String(20), nullable=False),
    Column("about", String(NAME_CHARS), nullable=False),
    Column("detail", Text, nullable=False),
    Column("link", String(64), nullable=False),
)
HEADS = Table(
    "head",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("link", String(64), nullable=False),
)
