"""The official commands on a real tree: what a patch changes there."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from grader.graders._repo_apply import LADDERS
from grader.graders._repo_log import HarnessRule

FILES = {
    "shop.py": "def price(n):\n    total = n\n    return total\n\n\ndef tax(n):\n    return n * 2\n",
    "q.sql": "select 1;\n-- old note\nselect 2;\n",
    "win.py": "def price(n):\r\n    total = n\r\n    return total\r\n",
    "noeol.py": "a = 1\nb = 2",
    "latin.py": b'# caf\xe9\nname = "x"\nval = 1\n'.decode(errors="surrogateescape"),
    "tests/test_shop.py": "from shop import tax\ndef test_tax():\n    assert tax(2) == 6\n",
    "pkg/__init__.py": "",
    "pkg/über.py": "u = 1\n",
    "sp ace/mo d.py": "v = 1\nw = 2\n",
    "x/keep": "x\n",
    "data.bin": "\0\1",
    ".gitignore": "build/\n",
}
ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "LC_ALL": "C.UTF-8",
}
LEFT_BY_APPLIERS = (".orig", ".rej")


class Applied(NamedTuple):
    """How a patch was applied, and to what."""

    way: int | None
    """Which of the commands worked; None where none did."""
    changed: frozenset[str]
    output: str


def make(folder: Path) -> Path:
    """The repository that patches of the tests are for, with a link and a submodule."""
    module, repository = folder / "module", folder / "repository"
    for place in (module, repository):
        place.mkdir(parents=True)
        run("git", "init", "-q", cwd=place)
    commit(module)
    for name, text in FILES.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(errors="surrogateescape"))
    (repository / "link.py").symlink_to("shop.py")
    run("git", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(module), "vend",
        cwd=repository)  # fmt: skip
    run("git", "add", "-A", cwd=repository)
    commit(repository)
    return repository


def commit(place: Path) -> None:
    run("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty",
        "-m", "base", cwd=place)  # fmt: skip


def run(*words: str, cwd: Path) -> tuple[int, str]:
    done = subprocess.run(
        words, cwd=cwd, env=ENVIRONMENT, check=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(errors="replace")


def apply(repository: Path, patch: str, rule: HarnessRule = HarnessRule.V4) -> Applied:
    """Run the commands one after the other, say what changed, and make the tree pristine."""
    place = repository.parent / "given.diff"
    place.write_bytes(patch.encode(errors="surrogateescape"))
    way, outputs = None, list[str]()
    for number, command in enumerate(LADDERS[rule]):
        code, output = run(*command.split(), str(place), cwd=repository)
        outputs.append(output)
        if code == 0:
            way = number
            break
    _, said = run("git", "-c", "core.quotePath=false", "status", "--porcelain", "-z", "-uall",
                  "--ignored", "--no-renames", cwd=repository)  # fmt: skip
    changed = frozenset(entry[3:] for entry in said.split("\0") if entry)
    run("git", "checkout", "-q", "-f", "--", ".", cwd=repository)
    run("git", "clean", "-fdqx", cwd=repository)
    kept = frozenset(name for name in changed if not name.endswith(LEFT_BY_APPLIERS))
    return Applied(way, kept, "\n".join(outputs))
