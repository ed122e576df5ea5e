"""What a patch changed in a container's tree, told by the tree and not by the patch's text.

The script that applies a patch (`_repo_apply`) lists the tree before and after, when no code of the
model has run yet. So a file is seen whatever dialect it was changed in, and a change that no
reading of the text knows of is seen too.
"""

import base64
import binascii
from collections.abc import Iterable

from grader.core.execution import StepResult
from grader.core.record import Record

MARK = "grader-tree"
DIFFERENT = "git diff --name-only --relative --no-renames --no-ext-diff -z HEAD"
TICKS = 400
BEFORE = f"""tree=$(mktemp -d 2>/dev/null || mktemp -d "$PWD/.git/tree.XXXXXX")
: > "$tree/mark" && : > "$tree/next" && tick=0
until [ -n "$(find "$tree/next" -cnewer "$tree/mark" 2>&1)" ] || [ $((tick += 1)) -gt {TICKS} ]; do
  : > "$tree/next"
done
{DIFFERENT} > "$tree/before" 2>/dev/null
"""
"""Waits until the kernel's clock of files has moved on, so that every later write is newer.

Where /tmp may not be written, the lists stand in the repository's own folder; a `find` that is not
there or cannot look is not waited for.
"""
AFTER = f"""{{
  find . -path ./.git -prune -o ! -type d -cnewer "$tree/mark" -print0
  find .git/config .git/hooks .git/info ! -type d -cnewer "$tree/mark" -print0
}} > "$tree/written" 2>/dev/null
printf '{MARK} written %s\\n' "$(base64 -w0 < "$tree/written")"
"""
LAST = f"""{DIFFERENT} > "$tree/after" 2>/dev/null
xargs -0 git --literal-pathspecs ls-tree -z --name-only HEAD -- \\
  < "$tree/written" > "$tree/known" 2>/dev/null
for list in written known before after; do
  printf '{MARK} %s %s\\n' $list "$(base64 -w0 < "$tree/$list")"
done
rm -rf "$tree"
"""
"""Printed behind all that git and patch say about a hostile patch: the last word counts."""
LEFTOVERS = (".orig", ".rej")
"""What GNU patch and `git apply --reject` leave beside a file."""


class TreeDifferences(Record):
    """What is different; paths relative to the repository."""

    changed: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    """Those of them that the commit does not have."""

    def beside(self, named: Iterable[str]) -> tuple[str, ...]:
        """Changes of files that are not `named`, nor left beside one that is."""
        known = set(named)
        return tuple(
            path
            for path in self.changed
            if path not in known
            and not any(path.removesuffix(end) in known for end in LEFTOVERS if path.endswith(end))
        )


def tree_of(step: StepResult | None) -> TreeDifferences | None:
    """The lists that the script wrote last; None where it wrote none (stored runs of before)."""
    if step is None:
        return None
    lists: dict[str, frozenset[str]] = {}
    written: frozenset[str] = frozenset()
    for line in step.stdout.split(b"\n"):
        words = line.split(b" ")
        if words[0] != MARK.encode() or len(words) != len(("mark", "name", "list")):
            continue
        lists[words[1].decode(errors="replace")] = found = _names(words[2])
        written |= found if words[1] == b"written" else frozenset()
    if not {"known", "before", "after"} <= set(lists):
        return None
    known, after = lists["known"], lists["after"]
    changed = {path for path in written if path not in known or path in after}
    changed |= after - lists["before"]
    return TreeDifferences(
        changed=tuple(sorted(changed)), made=tuple(sorted(changed - known - after)),
    )  # fmt: skip


def _names(packed: bytes) -> frozenset[str]:
    try:
        data = base64.b64decode(packed, validate=True)
    except binascii.Error:
        return frozenset()
    found = (name.decode(errors="surrogateescape") for name in data.split(b"\0") if name)
    return frozenset(name.removeprefix("./") for name in found)
