"""Names of runs: processes, containers and control groups are marked by them."""

import secrets
from datetime import UTC, datetime


def new_run_id(benchmark: str, now: datetime | None = None) -> str:
    """`<benchmark>-<UTC time>-<6 random hex digits>`."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    return f"{benchmark}-{moment}-{secrets.token_hex(3)}"
