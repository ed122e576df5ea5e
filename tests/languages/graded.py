"""Completions of a task in some language, graded by the whole engine."""

import json

import pytest

import grader
from grader.engine.toolchains import here
from grader.languages import base


def needed(language):
    """The language; the test is skipped where its toolchain is not here."""
    found = base.load(language)
    if lacking := here.install_words([found]):
        pytest.skip(lacking)
    return found


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
