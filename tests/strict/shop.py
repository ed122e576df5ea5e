"""A small repository with a fault, its hidden tests, and patches to it."""

import difflib
from collections.abc import Mapping

BASE = {
    "README.md": "A shop.\n",
    "setup.cfg": "[metadata]\nname = shop\n[tool:pytest]\ntestpaths = tests\n",
    "shop/__init__.py": '"""A shop."""\nfrom shop.money import change, label\n',
    "shop/money.py": (
        '"""Money in cents."""\n\n\n'
        "def change(paid, price):\n"
        '    """What is given back; ValueError where too little was paid."""\n'
        "    return paid - price - 1\n\n\n"
        "def label(cents):\n"
        '    """The amount as people write it."""\n'
        '    return "%d.%d" % divmod(cents, 100)\n'
    ),
    "tests/__init__.py": "",
    "tests/amounts.py": "def same(got, want):\n    assert got == want\n",
    "tests/test_money.py": (
        "from shop import label\nfrom tests.amounts import same\n\n\n"
        "def test_label_of_euros():\n"
        '    same(label(1234), "12.34")\n'
    ),
}
FIXED = BASE["shop/money.py"].replace("- price - 1", "- price").replace('"%d.%d"', '"%d.%02d"')
HIDDEN = (
    "import pytest\n\nfrom shop import change, label\nfrom tests.amounts import same\n\n\n"
    "def test_label_of_euros():\n"
    '    same(label(1234), "12.34")\n\n\n'
    "def test_label_of_cents():\n"
    '    same(label(705), "7.05")\n\n\n'
    '@pytest.mark.parametrize(("paid", "price", "want"), [(10, 3, 7), (500, 120, 380)])\n'
    "def test_change(paid, price, want):\n"
    "    assert change(paid, price) == want\n\n\n"
    "class TestChange:\n"
    "    def test_nothing_left(self):\n"
    "        assert change(5, 5) == 0\n"
)
FAIL_TO_PASS = (
    "tests/test_money.py::test_label_of_cents",
    "tests/test_money.py::test_change[10-3-7]",
    "tests/test_money.py::test_change[500-120-380]",
    "tests/test_money.py::TestChange::test_nothing_left",
)
PASS_TO_PASS = ("tests/test_money.py::test_label_of_euros",)


def patch(changed: Mapping[str, str | None], base: Mapping[str, str] = BASE) -> str:
    """A git diff from the base; None removes a file."""
    return "".join(section(path, content, base.get(path)) for path, content in changed.items())


def section(path: str, content: str | None, old: str | None) -> str:
    lines = difflib.unified_diff(
        (old or "").splitlines(keepends=True),
        (content or "").splitlines(keepends=True),
        f"a/{path}" if old is not None else "/dev/null",
        f"b/{path}" if content is not None else "/dev/null",
    )
    head = f"diff --git a/{path} b/{path}\n"
    if old is None:
        head += "new file mode 100644\n"
    if content is None:
        head += "deleted file mode 100644\n"
    return head + "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


GOLD = patch({"shop/money.py": FIXED})
TEST_PATCH = patch({"tests/test_money.py": HIDDEN})


def script(test_patch: str, tests: str, install: str = "") -> str:
    """An evaluation script as SWE-bench writes them."""
    return f"""#!/bin/bash
set -uxo pipefail
cd /testbed
git -c core.fileMode=false diff HEAD
{install}git checkout HEAD {tests}
git apply -v - <<'EOF_1'
{test_patch}EOF_1
: '>>>>> Start Test Output'
pytest -rA {tests}
SWEBENCH_TEST_EXIT_CODE=$?
: '>>>>> End Test Output'
echo ">>>>> Test Exit Code: $SWEBENCH_TEST_EXIT_CODE"
git checkout HEAD {tests}
"""


SCRIPT = script(TEST_PATCH, "tests/test_money.py")
NEW_FAIL_TO_PASS = (*FAIL_TO_PASS, "tests/test_new.py::test_change_of_a_note")
NEW_TEST_PATCH = TEST_PATCH + patch(
    {
        "tests/test_new.py": "from shop import change\n\n\n"
        "def test_change_of_a_note():\n    assert change(1000, 1) == 999\n"
    }
)
NEW_SCRIPT = SCRIPT.replace(TEST_PATCH, NEW_TEST_PATCH).replace(
    " tests/test_money.py\n", " tests/test_money.py tests/test_new.py\n"
)
