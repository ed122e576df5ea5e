"""What a red team tried at verdicts and walls, and what we tried ourselves, in every mode."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from modes import MODES, Mode, command, options
from red_team_own import ITEMS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
HELD = {
    "B-memory-of-earlier": lambda found: found["stdout"].strip() == "{}",
    "B-aio-max": lambda found: (
        found["stdout"].startswith("contexts 0 ")
        or found["verdict"] == "raised FileNotFoundError"  # it asked last for what is not shown
    ),
    "B-inotify-spy": lambda found: (
        "watching: 0 " in found["stdout"] or found["verdict"] == "raised OSError"
    ),
    "after": lambda found: found["stdout"] == "fine\n",
    "B-innocent": lambda found: found["stdout"] == "ok\n",
}
"""By which words of a program's output it is seen that a wall held."""
PLACES = [
    pytest.param(mode, fresh, more, id="-".join([str(mode), fresh, *more]))
    for mode in MODES
    for fresh, more in (("slot", ()), ("task", ()), ("slot", ("no-landlock",)))
    if not (mode.bare and (fresh == "task" or more))
]


def tried(items: list[dict[str, Any]], mode: Mode, fresh: str, *more: str) -> list[dict[str, Any]]:
    """What became of each item that this mode can show."""
    name = str(mode) if mode.bare else mode.user
    wanted = [item for item in items if name not in item.get("skip", ())]
    words = command(mode, "red_team_runner.py", fresh, *more)
    text = "\n".join(map(json.dumps, wanted))
    done = subprocess.run(
        words, capture_output=True, text=True, input=text, check=False, **options(mode)
    )
    if "SandboxError" in done.stderr and not done.stdout:
        pytest.skip(f"no local sandbox here: {done.stderr.splitlines()[-1][:200]}")
    assert done.returncode == 0, done.stderr[-2000:]
    first, *found = map(json.loads, done.stdout.splitlines())
    assert first["tier"] == ("bare" if mode.bare else "userns")
    assert [each["id"] for each in found] == [item["id"] for item in wanted]
    return [{**item, **each} for item, each in zip(wanted, found, strict=True)]


def held(each: dict[str, Any]) -> bool:
    """Whether an item came to what is right."""
    name = each["id"]
    if each["verdict"] in {"ungraded", "crashed"}:
        return False
    if each["type"] == "raw":
        if "wanted" in each:
            seen = {each["stdout"].strip(), each["verdict"], ""}
            return bool({each["wanted"], each.get("wanted_too", "held")} & seen)
        return all(rule(each) for start, rule in HELD.items() if name.startswith(start))
    if name.startswith("A-never-fails"):
        return True  # it guesses, and may be right: what it must not be is left ungraded
    if name.startswith(("right", "control-right", "F-coding-cookie-latin1")):
        return each["verdict"] == "passed"
    return each["verdict"] != "passed"


def broken(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = ("id", "verdict", "reason", "stdout")
    wrong = [each for each in found if not held(each)]
    return [{key: str(each.get(key))[-500:] for key in kept} for each in wrong]


@pytest.mark.share(2)
@pytest.mark.parametrize(("mode", "fresh", "more"), PLACES)
def test_nothing_of_the_red_team_gets_through(mode, fresh, more, shared):
    text = (shared / "data" / "reports" / "red_team.jsonl").read_text()
    assert broken(tried([json.loads(line) for line in text.splitlines()], mode, fresh, *more)) == []


@pytest.mark.parametrize(("mode", "fresh", "more"), PLACES)
def test_nothing_of_our_own_gets_through(mode, fresh, more):
    found = tried(ITEMS, mode, fresh, *more)
    assert broken(found) == []
    same: dict[str, set[str]] = {}
    for each in found:
        if "same" in each:
            same.setdefault(each["same"], set()).add(each["stdout"])
    assert {what: seen for what, seen in same.items() if len(seen) > 1} == {}
