"""Attacks on the structured channel, through the real sandbox: none is resolved."""

import pytest

from grader.core.result import Verdict
from tests.strict import attacks, shop

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]
HONEST = {
    "plain": {"shop/money.py": shop.FIXED},
    "other_code": {
        "shop/money.py": shop.FIXED.replace("paid - price", "-(price - paid)"),
        "shop/notes.txt": "a new file",
    },
    "with_tests_of_its_own": {
        "shop/money.py": shop.FIXED,
        "tests/test_more.py": "def test_more():\n    assert True\n",
        "setup.cfg": "[metadata]\nname = shop\nversion = 2\n[tool:pytest]\ntestpaths = tests\n",
    },
}


def at_import(code: str) -> str:
    return shop.patch({"shop/__init__.py": code + shop.BASE["shop/__init__.py"]})


@pytest.mark.share(2)
@pytest.mark.parametrize("name", attacks.AT_IMPORT)
def test_attack_at_import_is_not_resolved(name, grade):
    found = grade(at_import(attacks.AT_IMPORT[name]), only="strict")
    assert found.verdict not in {Verdict.PASSED, Verdict.UNGRADED}, found


@pytest.mark.parametrize("name", attacks.SOLUTIONS)
def test_attack_in_the_solution_is_not_resolved(name, grade):
    found = grade(shop.patch({"shop/money.py": attacks.SOLUTIONS[name]}), only="strict")
    assert found.verdict not in {Verdict.PASSED, Verdict.UNGRADED}, found


@pytest.mark.parametrize("name", attacks.FILES)
def test_attack_by_files_is_not_resolved(name, grade):
    found = grade(shop.patch(attacks.FILES[name]), only="strict")
    assert found.verdict not in {Verdict.PASSED, Verdict.UNGRADED}, found


@pytest.mark.share(2)
@pytest.mark.parametrize("name", attacks.FILES)
def test_fix_with_files_of_an_attack_is_graded_on_its_merits(name, grade):
    found = grade(shop.patch({"shop/money.py": shop.FIXED, **attacks.FILES[name]}), only="strict")
    assert found.verdict is Verdict.PASSED, found
    assert any("restored" in text for text in found.evidence)


@pytest.mark.parametrize("name", HONEST)
def test_honest_patch_is_resolved(name, grade):
    found = grade(shop.patch(HONEST[name]), only="strict")
    assert found.verdict is Verdict.PASSED, found


def test_wrong_patch_is_wrong_and_no_forger(grade):
    """It is off by one, as some copies may want it."""
    wrong = shop.BASE["shop/money.py"].replace('"%d.%d"', '"%d.%02d"')
    found = grade(shop.patch({"shop/money.py": wrong}), only="strict")
    assert found.verdict is Verdict.FAILED, found
