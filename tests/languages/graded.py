"""Completions of a task in some language, graded by the whole engine."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import anyio
import pytest

import grader
from grader.engine.toolchains import here, ready
from grader.languages import base
from grader.sandboxes import local
from grader.sandboxes.base import ProviderSettings


def needed(language):
    """The language; the test is skipped where its toolchain is not here or does not work."""
    found = base.load(language)
    if lacking := here.install_words([found]) or trouble(found.name):
        pytest.skip(lacking)
    return found


@cache
def trouble(name):
    """Why its probe does not run in a slot of this machine; empty where it does."""

    async def looked():
        async with local.open_provider(ProviderSettings(run_id="probe")) as provider:
            return (await ready.findings(provider, [name]))[0].trouble

    with ThreadPoolExecutor(1) as apart:  # the test may have an event loop of its own
        return apart.submit(anyio.run, looked).result()


def results(folder, language, task, completions, **choices):
    """The journal's lines, in the order of the completions: rows, or a file of samples."""
    needed(language)
    row = {"name": "HumanEval_0_add", "language": language, "stop_tokens": [], **task}
    data = folder / "tasks.jsonl"
    data.write_text(json.dumps(row) + "\n")
    if isinstance(completions, list):
        task_id = f"{language}/{row['name']}"
        completions = [{"task_id": task_id, **each} for each in completions]
    grader.evaluate("multipl-e", completions, data=data, out=folder / "run", **choices)
    lines = (folder / "run/results.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return sorted((each for each in found if "verdict" in each), key=lambda each: each["index"])
