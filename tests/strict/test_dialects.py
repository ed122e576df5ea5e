"""A hook in the patch of every dialect that the official commands apply, in the real image."""

import difflib

import pytest

from grader.core.result import Trust, Verdict
from tests.strict import shop
from tests.strict.conftest import grader_of

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]
WRONG = shop.patch({"shop/money.py": shop.BASE["shop/money.py"] + "\n# tried\n"})
WRONG_CONTEXT = "".join(
    difflib.context_diff(
        shop.BASE["shop/money.py"].splitlines(keepends=True),
        [*shop.BASE["shop/money.py"].splitlines(keepends=True), "# tried\n"],
        "a/shop/money.py",
        "b/shop/money.py",
    )
)
HOOK = (
    "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\n"
    "def pytest_runtest_makereport(item, call):\n"
    "    report = yield\n    report.get_result().outcome = 'passed'\n"
)
STAMP = " 2026-01-02 10:11:13.000000000 +0000"


def unified(stamp: str, old: str = "/dev/null", new: str = "b/conftest.py") -> str:
    body = "".join(f"+{line}\n" for line in HOOK.splitlines())
    return f"--- {old}\n+++ {new}{stamp}\n@@ -0,0 +1,{HOOK.count(chr(10))} @@\n{body}"


CONTEXT = "".join(
    difflib.context_diff([], HOOK.splitlines(keepends=True), "/dev/null", "b/conftest.py")
)
GIT_TAKES = {
    "time after a tab": unified("\t" + STAMP.strip()),
    "time after a space": unified(STAMP),
    "carriage return": unified("\r"),
    "quoted name": unified("", new='"b/conf\\164est.py"'),
    "no prefix": unified("", new="conftest.py"),
}
PATCH_TAKES = {
    "context": CONTEXT,
    "index line": "Index: b/conftest.py\n" + CONTEXT.replace("b/conftest.py", "conftest.py"),
    "indented": "".join(f"  {line}\n" for line in unified("").splitlines()),
    "point": unified("", new="b/./conftest.py"),
    "two slashes": unified("", new="b//conftest.py"),
}


def patches(name: str) -> str:
    """The wrong fix and the hook, by one applier: what git reads whole has no foreign part."""
    if name == "no prefix":
        return GIT_TAKES[name] + WRONG.split("\n", 1)[1].replace(" a/", " ").replace(" b/", " ")
    return WRONG + GIT_TAKES[name] if name in GIT_TAKES else WRONG_CONTEXT + PATCH_TAKES[name]


@pytest.fixture(scope="module")
def from_log(task):
    """The task where nothing but the log can be read."""
    survey = task.spec["survey"] | {"why": "no Python in the image"}
    return grader_of(task.model_copy(update={"spec": task.spec | {"survey": survey}}))


@pytest.mark.parametrize("name", [*GIT_TAKES, *PATCH_TAKES])
def test_hook_in_any_dialect_is_seen_where_only_the_log_judges(name, from_log):
    found = from_log(patches(name))
    assert found.trust is Trust.LOG
    assert found.readings["parity"] == "passed", "the hook takes the official verdict in"
    assert found.verdict is Verdict.TAMPERED, found
    assert "conftest.py: hooks into the test run" in found.evidence


@pytest.mark.parametrize("name", ["time after a space", "context"])
def test_hook_in_any_dialect_is_not_resolved(name, grade):
    assert grade(patches(name)).verdict is not Verdict.PASSED


MODULE = (
    "diff --git a/vend b/vend\nindex daf1e5b..1234567 160000\n--- a/vend\n+++ b/vend\n"
    f"@@ -1 +1 @@\n-Subproject commit {'d' * 40}\n+Subproject commit {'1' * 40}-dirty\n"
)
NEW_MODULE = (
    "diff --git a/other b/other\nnew file mode 160000\nindex 0000000..1234567\n--- /dev/null\n"
    f"+++ b/other\n@@ -0,0 +1 @@\n+Subproject commit {'1' * 40}\n"
)
BESIDE = {
    "new submodule": shop.GOLD + NEW_MODULE,
    "prose": "--- fix for ../legacy code\n\n" + shop.GOLD,
    "stars": "*** Changes to ../shop, see below ***\n\n" + shop.GOLD,
    "index line": shop.GOLD + "\nIndex: ../unrelated.txt\n",
    "old name outside": shop.GOLD.split("\n", 1)[1].replace("--- a/", "--- ../old/"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_right_fix_beside_what_an_applier_passes_over_is_resolved(name, grade):
    found = grade(BESIDE[name])
    assert found.readings == {"parity": "passed", "strict": "passed"}, found
