"""The store: quotas under races, one order of the log, on SQLite and on PostgreSQL."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from grader.errors import UsageError
from grader.hosting import schema
from grader.hosting.settings import BoardQuota, BoardSettings
from grader.hosting.store import FAILED, GRADED, BoardStore, QuotaSpentError
from tests import board_service, machine

SUBMITTERS, EACH = (50, 20) if machine.WHOLE else (8, 6)
QUOTA = BoardQuota(per_day=1000, total=1000)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('store') / 'board.sqlite'}"
        return
    if not list(Path("/usr/lib/postgresql").glob("*/bin")):
        pytest.skip("no PostgreSQL server; apt-get install postgresql")
    with board_service.postgresql() as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[BoardStore]:
    engine = create_engine(url)
    with engine.begin() as connection:
        schema.METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    engine.dispose()
    opened = BoardStore(url)
    yield opened
    opened.close()


def submit(store: BoardStore, account: str, number: int, quota: BoardQuota = QUOTA) -> str:
    name = f"{account}-{number}".encode().hex().zfill(32)[-32:]
    try:
        return store.submit(
            account, number=name, name="n", digest="0" * 64, usd=None, quota=quota
        ).id
    except QuotaSpentError:
        return ""


def test_migrations_make_the_tables_of_the_schema(store: BoardStore, url: str):
    engine = create_engine(url)
    with engine.connect() as connection:
        assert not compare_metadata(MigrationContext.configure(connection), schema.METADATA)
    engine.dispose()


@pytest.mark.parametrize("quota", [BoardQuota(per_day=3, total=9), BoardQuota(per_day=9, total=3)])
def test_quota_holds_under_racing_requests(store: BoardStore, quota: BoardQuota):
    store.add_account("ada")
    with ThreadPoolExecutor(16) as racers:
        made = list(racers.map(lambda number: submit(store, "ada", number, quota), range(24)))
    assert sum(map(bool, made)) == 3
    assert len(store.of_account("ada")) == 3


def test_many_submitters_lose_nothing_and_nothing_is_taken_twice(store: BoardStore):
    names = [f"a{number}" for number in range(SUBMITTERS)]
    for name in names:
        store.add_account(name)

    def take(_: int) -> list[str]:
        found = []
        while (each := store.take()) is not None:
            found.append(each.id)
            assert store.finish(each.id, GRADED, passed=1, samples=1, score=1.0)
        return found

    with ThreadPoolExecutor(SUBMITTERS) as racers:
        sent = list(
            racers.map(
                lambda at: [submit(store, names[at], n) for n in range(EACH)], range(SUBMITTERS)
            )
        )
    with ThreadPoolExecutor(8) as racers:
        taken = Counter(each for part in racers.map(take, range(8)) for each in part)
    assert set(taken) == {each for part in sent for each in part}
    assert len(taken) == SUBMITTERS * EACH
    assert set(taken.values()) == {1}
    assert store.damage() == ("", SUBMITTERS * (1 + 2 * EACH))


def test_what_our_trouble_stopped_does_not_count(store: BoardStore):
    store.add_account("ada")
    quota = BoardQuota(per_day=1, total=1)
    assert submit(store, "ada", 1, quota)
    assert not submit(store, "ada", 2, quota)
    store.finish(store.take().id, FAILED)
    assert submit(store, "ada", 3, quota)


def test_result_is_noted_once(store: BoardStore):
    store.add_account("ada")
    number = submit(store, "ada", 1)
    store.take()
    assert store.finish(number, GRADED, score=1.0)
    assert not store.finish(number, GRADED, score=0.0)
    assert store.find(number).score == 1.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE event SET what = 'other' WHERE number = 2", "line 2 of the log was changed"),
        ("DELETE FROM event WHERE number = 2", "is missing"),
        ("DELETE FROM event WHERE number = 3", "cut off"),
    ],
)
def test_log_shows_that_it_was_changed(store: BoardStore, url: str, change: str, said: str):
    for name in "abc":
        store.add_account(name)
    assert store.damage() == ("", 3)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    assert said in store.damage()[0]


def test_another_account_can_neither_publish_nor_withdraw(store: BoardStore):
    store.add_account("ada")
    store.add_account("eve")
    number = submit(store, "ada", 1)
    with pytest.raises(UsageError, match="only what is graded"):
        store.publish("ada", number)
    for turn in (store.publish, store.withdraw):
        with pytest.raises(FileNotFoundError):
            turn("eve", number)


def test_tokens_are_kept_as_digests(store: BoardStore, url: str):
    token = store.add_account("ada")
    assert store.account_of(token) == "ada"
    assert store.account_of("' OR 1=1 --") is None
    engine = create_engine(url)
    with engine.connect() as connection:
        assert token not in str(connection.execute(text("SELECT * FROM account")).all())
    engine.dispose()


def test_window_bounds_when_a_board_takes_in():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    board = BoardSettings(title="t", benchmark="folder", opens="2026-01-02", closes="2026-01-03")
    assert board.is_open(moment)
    assert not board.is_open(datetime(2026, 1, 1, 23, tzinfo=UTC))
    assert not board.is_open(datetime(2026, 1, 3, tzinfo=UTC))
