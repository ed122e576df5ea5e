"""SandboxFusion's protocol: what verl, the client of PyPI and many others speak."""

from grader import plugins
from grader.dialects._fields import json_answer
from grader.dialects.base import Answer, Backend, Dialect, Endpoint, Request
from grader.dialects.sandbox_fusion._jupyter import run_jupyter
from grader.dialects.sandbox_fusion._run_code import run_code
from grader.dialects.sandbox_fusion._shapes import refused, troubled
from grader.dialects.sandbox_fusion._submit import (
    ids,
    metrics,
    metrics_function,
    prompt_by_id,
    prompts,
    submit,
)


async def ping(_request: Request, _backend: Backend) -> Answer:
    """Says that the server answers."""
    return json_answer("pong")


async def datasets(_request: Request, _backend: Backend) -> Answer:
    """The benchmarks whose functions and programs this server grades by id."""
    names = plugins.names("benchmarks")
    return json_answer([name for name in names if not name.startswith("swe")])


DIALECT = Dialect(
    endpoints=(
        Endpoint("GET", "/v1/ping", ping, works=False),
        Endpoint("POST", "/run_code", run_code),
        Endpoint("POST", "/run_jupyter", run_jupyter),
        Endpoint("POST", "/submit", submit),
        Endpoint("GET", "/list_datasets", datasets, works=False),
        Endpoint("POST", "/list_ids", ids, works=False),
        Endpoint("POST", "/get_prompts", prompts, works=False),
        Endpoint("POST", "/get_prompt_by_id", prompt_by_id),
        Endpoint("POST", "/get_metrics", metrics, works=False),
        Endpoint("POST", "/get_metrics_function", metrics_function, works=False),
    ),
    refuse=refused,
    trouble=troubled,
)
