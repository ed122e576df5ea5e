"""Apply a model's patch in a container by the official ladder of commands, in one script.

Source: swebench 5.0.2 and 4.1.0, `harness/run_evaluation.py`. Between two attempts of v5 the tree
is made pristine, and a patch that is there already counts as applied.
"""

import re
from enum import IntEnum

from grader.graders._repo_log import APPLIED, REJECTED, HarnessRule
from grader.graders._repo_tree import AFTER, BEFORE, LAST

PATCH_PATH = "/tmp/patch.diff"  # noqa: S108  in the container, where the official harness has it
SCRIPT_PATH = "/apply.sh"
LADDERS = {
    HarnessRule.V5: (
        "git apply --verbose",
        "git apply --verbose --3way",
        "git apply --verbose --reject",
        "patch --batch --forward --fuzz=5 -p1 -i",
    ),
    HarnessRule.V4: (
        "git apply --verbose",
        "git apply --verbose --reject",
        "patch --batch --fuzz=5 -p1 -i",
    ),
}
RESET = "git checkout -- . ; git clean -fd"
COMPLAINTS = re.compile(
    r"^(?:error|fatal|patch): .*|^.*malformed patch.*|^.*garbage.*", re.MULTILINE
)
SHOWN_CHARS = 200


class ApplyStatus(IntEnum):
    """How the script ends, apart from any status that git or patch have."""

    APPLIED = 0
    REJECTED = 65
    NO_REPOSITORY = 66
    """The image has no git repository where the task says: nobody's patch could be applied."""


def script(rule: HarnessRule) -> str:
    """A bash script to be run in the repository.

    Its output is what the official log holds, and behind it what changed in the tree.
    """
    reset = (
        f"  [ $attempt -gt 0 ] && {{ {RESET} ; }} >/dev/null 2>&1\n"
        if rule is HarnessRule.V5
        else ""
    )
    already = f"git apply --check --reverse {PATCH_PATH}" if rule is HarnessRule.V5 else "false"
    commands = "\n".join(f"  '{command}'" for command in LADDERS[rule])
    return f"""#!/bin/bash
git rev-parse --is-inside-work-tree >/dev/null || exit {ApplyStatus.NO_REPOSITORY.value}
commands=(
{commands}
)
{BEFORE}applied=no
attempt=0
for command in "${{commands[@]}}"; do
{reset}  if output=$($command {PATCH_PATH} 2>&1); then
    printf '%s\\n%s\\n' '{APPLIED}:' "$output"
    applied=yes
    break
  fi
  printf 'Failed to apply patch to container: %s\\n' "$command"
  attempt=$((attempt + 1))
done
if [ $applied = no ] && {already} >/dev/null 2>&1; then
  echo '{APPLIED}: verified already applied'
  applied=yes
fi
if [ $applied = no ]; then
  printf '%s\\n%s\\n' '{REJECTED}:' "$output"
  exit {ApplyStatus.REJECTED.value}
fi
{AFTER}echo 'Git diff before:'
git -c core.fileMode=false diff
{LAST}exit {ApplyStatus.APPLIED.value}
"""


def complaint(output: str) -> str:
    """What git or patch said against the patch, in one line."""
    found = [" ".join(line.split()) for line in COMPLAINTS.findall(output)]
    lines = found or [" ".join(output.rsplit(REJECTED, 1)[-1].split())]
    text = "; ".join(dict.fromkeys(line for line in lines if line))
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]} …"
