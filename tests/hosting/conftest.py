"""Without the extra `board` there is nothing to test; `scripts/install` brings it."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("sqlalchemy") and find_spec("alembic") else ["test_*.py"]
