"""A small repository whose hidden tests want texts that stand nowhere else."""

from tests.strict import shop

BASE = {
    "README.md": "A box at the street takes stamped letters.\n" * 250,
    "setup.cfg": "[metadata]\nname = letters\n[tool:pytest]\ntestpaths = tests\n",
    "setup.py": "from setuptools import setup\nsetup(name='letters', version='1', packages=['letters'])\n",
    "letters/__init__.py": '"""Letters."""\nfrom letters.write import greeting, remarks\n',
    "letters/write.py": (
        '"""What stands in letters."""\n\n\n'
        "def greeting(name, parcels):\n"
        '    """The first line."""\n'
        '    return "Hello %s" % name\n\n\n'
        "def remarks(weight):\n"
        '    """What is added for a weight in grams."""\n'
        "    return []\n"
    ),
    "tests/__init__.py": "",
    "tests/test_letters.py": (
        "from letters import greeting\n\n\n"
        "def test_greeting_is_a_text():\n"
        '    assert isinstance(greeting("Bo", 1), str)\n'
    ),
}
FIXED = (
    '"""What stands in letters."""\n\n'
    'COUNTS = {1: "one parcel waits", 3: "three parcels wait"}\n\n\n'
    "def greeting(name, parcels):\n"
    '    """The first line."""\n'
    '    return "Dear %s, %s behind our counter until Friday" % (name, COUNTS[parcels])\n\n\n'
    "def remarks(weight):\n"
    '    """What is added for a weight in grams."""\n'
    '    return ["fragile", "keep dry"] if weight < 500 else ["carry with two hands", "no stairs"]\n'
)
HIDDEN = (
    "import pytest\n\nfrom letters import greeting, remarks\n\n\n"
    "def test_greeting_is_a_text():\n"
    '    assert isinstance(greeting("Bo", 1), str)\n\n\n'
    "def test_greeting():\n"
    '    expected = "Dear Ada, three parcels wait behind our counter until Friday"\n'
    '    assert greeting("Ada", 3) == expected\n\n\n'
    "class TestRemarks:\n"
    '    @pytest.mark.parametrize("weight", [500, 900])\n'
    "    def test_heavy(self, weight):\n"
    '        assert remarks(weight) == ["carry with two hands", "no stairs"]\n\n'
    "    def test_light(self):\n"
    '        assert remarks(20) == ["fragile", "keep dry"]\n'
)
FAIL_TO_PASS = (
    "tests/test_letters.py::test_greeting",
    "tests/test_letters.py::TestRemarks::test_heavy[500]",
    "tests/test_letters.py::TestRemarks::test_heavy[900]",
    "tests/test_letters.py::TestRemarks::test_light",
)
PASS_TO_PASS = ("tests/test_letters.py::test_greeting_is_a_text",)
GOLD = shop.patch({"letters/write.py": FIXED}, BASE)
TEST_PATCH = shop.patch({"tests/test_letters.py": HIDDEN}, BASE)
PLAIN_SCRIPT = shop.script(TEST_PATCH, "tests/test_letters.py")
INSTALL = "python3 -m pip install --break-system-packages --no-build-isolation --no-deps -e .\n"
SCRIPT = shop.script(TEST_PATCH, "tests/test_letters.py", INSTALL)
