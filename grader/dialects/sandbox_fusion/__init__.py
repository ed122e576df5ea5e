"""SandboxFusion's protocol: what verl, the client of PyPI and many others speak."""

from grader.dialects._fields import json_answer
from grader.dialects.base import Answer, Backend, Dialect, Endpoint, Request
from grader.dialects.sandbox_fusion._run_code import run_code
from grader.dialects.sandbox_fusion._shapes import refused, troubled


async def ping(_request: Request, _backend: Backend) -> Answer:
    """Says that the server answers."""
    return json_answer("pong")


DIALECT = Dialect(
    endpoints=(
        Endpoint("GET", "/v1/ping", ping, works=False),
        Endpoint("POST", "/run_code", run_code),
    ),
    refuse=refused,
    trouble=troubled,
)
