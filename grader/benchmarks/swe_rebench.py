"""SWE-rebench: 21,000 issues of 3,400 Python repositories (Badertdinov et al., arXiv:2505.20411).

Its rows are those of SWE-bench with an `install_config` that says how tests run; here they become
rows with a script. Source: its fork of swebench 4.0.3, `test_spec/python.py` and `grading.py`. They
are judged by the rule of version 4, which also looks at the whole log where nothing stands between
the marks; the fork does not.
"""

from typing import Any, cast

from grader.benchmarks._rows import JsonRow, text_of
from grader.benchmarks._swebench.members import SweBench
from grader.benchmarks._swebench.script import delimiter, quoted
from grader.errors import UsageError
from grader.graders._repo_log import END, START, HarnessRule
from grader.patch.change import ChangeKind
from grader.patch.read import changes

ENVIRONMENT, DIRECTORY = "testbed", "/testbed"
ACTIVATE = ("source /opt/miniconda3/bin/activate", f"conda activate {ENVIRONMENT}")
NO_TESTS = tuple(".json .png csv .txt .md .jpg .jpeg .pkl .yml .yaml .toml".split())  # noqa: SIM905
"""Ends of the names of files in a test patch that are not handed to the test command."""
MARK = "EOF_114329324912"


def benchmark() -> SweBench:
    """The member."""
    return SweBench(
        name="swe-rebench",
        official="SWE-rebench",
        owners=("nebius",),
        summary="21,000 issues of 3,400 Python repositories, patches in containers",
        version="1",
        licence="CC-BY-4.0; issues and patches under their projects' licences",
        rule=HarnessRule.V4,
        adapt=as_swebench,
    )


def as_swebench(row: JsonRow) -> JsonRow:
    """The row with what rows of SWE-bench 5 say by themselves."""
    config: Any = row.value.get("install_config")
    if not isinstance(config, dict):
        raise UsageError(f"{row.place}: no object under 'install_config'; is it SWE-rebench?")
    said = cast("dict[str, Any]", config)
    for key in ("test_cmd", "log_parser"):
        if not isinstance(said.get(key), str):
            raise UsageError(f"{row.place}: 'install_config' has no text under '{key}'")
    image = row.value.get("image_name") or row.value.get("docker_image") or image_of(row)
    added = {
        "image": image,
        "eval_script": script(row, said),
        "log_parser": said["log_parser"],
        "eval_type": "pass_and_fail",
    }
    return row._replace(value={**row.value, **added})


def image_of(row: JsonRow) -> str:
    """The published name, where the row gives none."""
    name = text_of(row, "instance_id").lower().replace("__", "_1776_")
    return f"swerebench/sweb.eval.x86_64.{name}:latest"


def script(row: JsonRow, config: dict[str, Any]) -> str:
    """The fork's evaluation script."""
    commit, test_patch = text_of(row, "base_commit"), text_of(row, "test_patch")
    changed = changes(test_patch)
    old = (each.old_path for each in changed if each.kind is not ChangeKind.ADD)
    reset = f"git checkout {commit} {' '.join(map(quoted, dict.fromkeys(old)))}"
    tests = (quoted(each.path) for each in changed if not each.path.endswith(NO_TESTS))
    mark = delimiter(test_patch) if MARK in test_patch else MARK
    lines = (
        *ACTIVATE,
        f"cd {DIRECTORY}",
        *(config.get("eval_commands") or ()),
        f"git config --global --add safe.directory {DIRECTORY}",
        f"cd {DIRECTORY}",
        "git status",
        "git show",
        f"git -c core.fileMode=false diff {commit}",
        *ACTIVATE,
        *filter(None, [config.get("install")]),
        reset,
        f"git apply -v - <<'{mark}'\n{test_patch}\n{mark}",
        f": '{START}'",
        " ".join([config["test_cmd"], *tests]),
        f": '{END}'",
        reset,
    )
    return "\n".join(lines) + "\n"
