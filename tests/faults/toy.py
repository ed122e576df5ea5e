"""What the faulty engines grade: an image made of this machine's programs, and samples for it."""

import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

from tests.sandboxes.private_engine import libraries
from tests.strict import shop

IMAGE = "grader/toy:1"
PROGRAMS = (
    *("bash", "cat", "chmod", "cp", "dd", "echo", "env", "git", "head", "id", "ls", "mkdir", "mv"),
    *("patch", "printf", "rm", "sh", "sleep", "sort", "tail", "touch", "tr", "true", "uname"),
)
LEFT_OUT = ("test", "site-packages", "idlelib", "tkinter", "ensurepip", "lib2to3", "turtledemo")
PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
START = (
    "#!/usr/bin/python3\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n"
)
TASK = "tests__shop-1"


def image(folder: Path) -> Path:
    """A root file system with Python, pytest, git and the shop's repository, as a tar file."""
    python = os.path.realpath(sys.executable)
    library = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    path = folder / "toy.tar"
    with tarfile.open(path, "w") as archive:
        places = {f"usr/bin/{name}": shutil.which(name) or name for name in PROGRAMS}
        places |= {"usr/bin/python3": python, python.lstrip("/"): python}
        dynamic = [str(each) for each in (library / "lib-dynload").glob("*.so")]
        for place, source in {**places, **libraries([*places.values(), *dynamic])}.items():
            archive.add(os.path.realpath(source), place)
        archive.add(library, str(library).lstrip("/"), filter=without_tests)
        packages = str(library / "site-packages").lstrip("/")
        for source in pytest_files():
            archive.add(source, f"{packages}/{source.name}")
        for place, text, mode in (
            ("etc/passwd", USERS, 0o644),
            ("usr/bin/pytest", START, 0o755),
            (f"{packages}/shop.pth", "/testbed\n", 0o644),
        ):
            add_text(archive, place, text, mode=mode)
        link = tarfile.TarInfo("bin")
        link.type, link.linkname = tarfile.SYMTYPE, "usr/bin"
        archive.addfile(link)
        for name in ("tmp", "work", "dev", "proc"):
            place = tarfile.TarInfo(name)
            place.type, place.mode = tarfile.DIRTYPE, 0o1777
            archive.addfile(place)
        archive.add(repository(folder / "testbed"), "testbed", filter=open_to_all)
    return path


def without_tests(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """What a small image needs of the standard library."""
    name = Path(entry.name).name
    return None if name in LEFT_OUT or name.startswith("config-") else open_to_all(entry)


def open_to_all(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """As root's, and readable for everybody."""
    entry.uid = entry.gid = 0
    entry.mode |= 0o755 if entry.isdir() else 0o644
    return entry


def add_text(archive: tarfile.TarFile, place: str, text: str, *, mode: int) -> None:
    entry = tarfile.TarInfo(place)
    entry.size, entry.mode = len(text.encode()), mode
    archive.addfile(entry, io.BytesIO(text.encode()))


def pytest_files() -> Iterable[Path]:
    """This Python's own pytest."""
    for name in PYTEST:
        origin = Path(str(find_spec(name).origin))
        yield origin.parent if origin.name == "__init__.py" else origin
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "Pygments"):
        information = Path(str(distribution(name).locate_file("")))
        yield from information.glob(f"{name.lower()}-*.dist-info")


def repository(folder: Path) -> Path:
    """The shop, committed."""
    for path, text in shop.BASE.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        subprocess.run([*git, *words], check=True)
    return folder


def write_rows(path: Path, *, images: dict[str, str]) -> None:
    """Rows of SWE-bench 5, one for each of `images`: task id → image."""
    row = {
        "repo": "tests/shop",
        "base_commit": "HEAD",
        "eval_script": shop.SCRIPT,
        "log_parser": "parse_log_pytest",
        "eval_type": "pass_and_fail",
        "FAIL_TO_PASS": shop.FAIL_TO_PASS,
        "PASS_TO_PASS": shop.PASS_TO_PASS,
        "patch": shop.GOLD,
        "test_patch": shop.TEST_PATCH,
        "version": "1",
    }
    lines = [{**row, "instance_id": name, "image": image} for name, image in images.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_predictions(path: Path, tasks: Iterable[str], *, pairs: int = 2) -> None:
    """Right, half right and unusable patches for each task; no two are the same.

    Fewer `pairs` of a right and a half right one leave out the last ones.
    """
    right = shop.FIXED
    wrong = shop.BASE["shop/money.py"].replace('"%d.%d"', '"%d.%02d"')
    patches = [
        shop.patch({"shop/money.py": f"{text}\n\nNUMBER = {number}\n"})
        for number in range(pairs)
        for text in (right, wrong)
    ]
    patches.insert(2, shop.GOLD.replace("- price", "- prize"))
    lines = [
        {"instance_id": task, "model_name_or_path": "m", "model_patch": patch}
        for task in tasks
        for patch in patches
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_functions(folder: Path) -> None:
    """One function task, and samples that take their time."""
    task = folder / "bench" / "add"
    (task / "tests").mkdir(parents=True)
    (task / "solution").mkdir()
    (task / "task.toml").write_text(
        '[task]\nid = "add"\nkind = "function"\nentry_point = "add"\n[limits]\nwall_s = 20\n'
    )
    (task / "instruction.md").write_text("Add two numbers.\n")
    (task / "prompt.py").write_text('def add(a, b):\n    """Add."""\n')
    (task / "tests" / "test.py").write_text("assert add(1, 2) == 3\nassert add(2, 2) == 4\n")
    (task / "solution" / "solution.py").write_text("def add(a, b):\n    return a + b\n")
    slow = "    import time\n    time.sleep(0.4)\n"
    bodies = [
        slow + f"    return a {'+' if number % 3 else '-'} b  # {number}\n" for number in range(12)
    ]
    (folder / "functions.jsonl").write_text(
        "".join(json.dumps({"task_id": "add", "completion": body}) + "\n" for body in bodies)
    )
