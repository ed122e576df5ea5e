"""Whoever knows all about holes but what they want takes no verdict by them, through the sandbox."""

import os
import zlib
from datetime import UTC, datetime

import pytest

from grader.core.result import Trust, Verdict
from tests.strict import hole_attacks, letters, shop
from tests.strict.conftest import DOCKERFILE, built, grader_of, surveyed_task, written

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]
IMAGE = f"grader/test-letters:{os.getpid()}"
TIMES = int(os.environ.get("GRADER_ATTACK_TIMES", "0"))
"""How often each is tried; 0: a share of them once, another one every day."""
SHARE = 8
HONEST = {
    "gold": letters.FIXED,
    "derived texts": letters.FIXED.replace(
        '    return "Dear', '    class Text(str):\n        pass\n\n    return Text("Dear'
    ).replace("COUNTS[parcels])", "COUNTS[parcels]))"),
    "lists of its own": letters.FIXED.replace(
        '    return ["fragile"', '    class Some(list):\n        pass\n\n    return Some(["fragile"'
    ).replace('"no stairs"]\n', '"no stairs"])\n').replace('"keep dry"] if', '"keep dry"] if'),
}  # fmt: skip


def shared(names):
    """All of them, or those of today."""
    today = datetime.now(UTC).toordinal()
    return [n for n in names if TIMES or (zlib.crc32(n.encode()) + today) % SHARE == 0]


@pytest.fixture(scope="module")
def image(slot_image, tmp_path_factory):
    folder = written(letters.BASE, tmp_path_factory.mktemp("letters"))
    with built(IMAGE, DOCKERFILE.replace("shop.pth", "letters.pth"), folder):
        yield IMAGE


def of_letters(image: str, script: str):
    return surveyed_task(
        image, script, letters.TEST_PATCH, letters.FAIL_TO_PASS, letters.PASS_TO_PASS, letters.GOLD
    )


@pytest.fixture(scope="module")
def task(image):
    return of_letters(image, letters.PLAIN_SCRIPT)


@pytest.fixture(scope="module")
def grade(task):
    return grader_of(task)


def test_survey_moves_out_what_the_solution_alone_gives(task):
    survey = task.spec["survey"]
    assert "test_greeting" in {hole["function"] for hole in survey["holes"]}
    assert survey["secret"] >= 10
    text = "".join(p for m in survey["mixed"] for p in parts_of(m))
    for word in ("parcels", "counter"):
        assert word not in text


def parts_of(mixed: dict):
    for part in mixed["parts"]:
        if isinstance(part, str):
            yield part
        else:
            yield from (piece if isinstance(piece, str) else str(piece) for piece in part["pieces"])


@pytest.mark.parametrize("name", HONEST)
def test_honest_patch_is_keyed(name, grade):
    found = grade(shop.patch({"letters/write.py": HONEST[name]}, letters.BASE), only="strict")
    assert (found.verdict, found.trust) == (Verdict.PASSED, Trust.KEYED), found


def test_partly_right_patch_fails(grade):
    half = letters.FIXED.replace("no stairs", "no lift")
    found = grade(shop.patch({"letters/write.py": half}, letters.BASE), only="strict")
    assert found.verdict is Verdict.FAILED, found


def tried(grade, files: dict) -> None:
    for _ in range(TIMES or 1):
        found = grade(shop.patch(files, letters.BASE), only="strict")
        assert found.verdict not in {Verdict.PASSED, Verdict.UNGRADED}, found


@pytest.mark.parametrize("name", shared(hole_attacks.AT_IMPORT))
def test_attack_at_import_does_not_pass(name, grade):
    code = hole_attacks.AT_IMPORT[name]
    tried(grade, {"letters/__init__.py": code + letters.BASE["letters/__init__.py"]})


@pytest.mark.parametrize("name", shared(hole_attacks.SOLUTIONS))
def test_attack_in_the_solution_does_not_pass(name, grade):
    tried(grade, {"letters/write.py": hole_attacks.SOLUTIONS[name]})


@pytest.mark.parametrize("name", shared(hole_attacks.SET_UPS))
def test_attack_in_a_set_up_does_not_pass(name, image):
    grade = grader_of(of_letters(image, letters.SCRIPT))
    setup = hole_attacks.SET_UPS[name] + letters.BASE["setup.py"]
    tried(grade, {"setup.py": setup, "letters/write.py": hole_attacks.FROM_THE_SET_UP})
