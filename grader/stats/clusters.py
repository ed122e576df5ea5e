"""Which tasks are alike because they come from one place, as far as their names tell."""

import re
from collections.abc import Sequence

ID_CHARS = 300
"""Longer ids are none of these."""
OF_REPOSITORY = re.compile(r"^(.+__.+?)-(?:\d+|[0-9a-f]{40}.*)$")
"""`django__django-11099`: owner, repository and a pull request or commit."""


def clusters_of(task_ids: Sequence[str]) -> list[str] | None:
    """Each task's repository; None where not all tasks are named after one, or all after one."""
    found = [
        match[1]
        for task_id in task_ids
        if len(task_id) <= ID_CHARS and (match := OF_REPOSITORY.match(task_id))
    ]
    if len(found) < len(task_ids) or len(set(found)) < 2:  # noqa: PLR2004  one cluster says nothing
        return None
    return found
