"""Every log parser against the official one of the same name, and what each reads by itself."""

import contextlib
import io
import random
from types import SimpleNamespace

import pytest
import swebench_logs
import swebench_oracle

from grader.errors import TaskError
from grader.parsers import base

LOGS = 150
INSTANCES = (
    "jekyll__jekyll-9141",
    "jekyll__jekyll-8761",
    "immutable-js__immutable-js-2006",
    "immutable-js__immutable-js-2005",
    "nobody__nothing-1",
    "nodash",
)
VERSIONS = ("1.27", "1.0", "9.5", "3.1", "2.4", "none")
PLAIN = [
    "test_a (x.y.Z)",
    "a/b.py::T::test_x[p-q r]",
    "A docstring's first line.",
    "suite > case",
    "t[log(photon",
]


def official(name: str, log: str, instance: base.ParsedInstance) -> base.Statuses | None:
    """None where the official parser raises."""
    spec = SimpleNamespace(instance_id=instance.id, version=instance.version)
    parser = swebench_oracle.module("log_parsers").PARSER_REGISTRY[name]
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return parser(log, spec)
        except Exception:  # noqa: BLE001  whatever it raises
            return None


def ours(name: str, log: str, instance: base.ParsedInstance) -> base.Statuses | None:
    try:
        return base.find(name)(log, instance)
    except base.UnreadableLog:
        return None


def compare(name: str, names: list[str], *, seed: str) -> int:
    """How many of LOGS logs had a test in them; every map must be the official one, in order."""
    told = 0
    for number in range(LOGS):
        rng = random.Random(f"{seed}/{name}/{number}")
        log = swebench_logs.log_for(name, names, rng)
        instance = base.ParsedInstance(rng.choice(INSTANCES), rng.choice(VERSIONS))
        expected, got = official(name, log, instance), ours(name, log, instance)
        assert got == expected, (name, number, log)
        assert list(got or {}) == list(expected or {}), (name, number, log)
        told += bool(expected)
    return told


def test_parsers_are_those_of_the_official_registry():
    registry = swebench_oracle.module("log_parsers").PARSER_REGISTRY
    assert set(base.table()) == set(registry)
    assert len(base.table()) == 57


@pytest.mark.parametrize("name", sorted(base.table()))
def test_parser_reads_generated_logs_as_the_official_one(name):
    assert compare(name, PLAIN, seed="plain") > 3


@pytest.mark.parametrize("name", sorted(base.table()))
def test_parser_reads_real_ids_as_the_official_one(name, ids_by_parser):
    names = ids_by_parser.get(name)
    if not names:
        pytest.skip("no row at hand has this parser")
    assert compare(name, names, seed="real") > 3


@pytest.mark.parametrize("name", sorted(base.table()))
def test_parser_survives_an_empty_log(name):
    instance = base.ParsedInstance("jekyll__jekyll-9141", "1.27")
    if name == "parse_log_immutable_js":
        instance = base.ParsedInstance("immutable-js__immutable-js-2005")
    assert base.find(name)("", instance) == {}


def test_unknown_parser_names_the_nearest():
    with pytest.raises(TaskError, match="did the row mean 'parse_log_pytest'"):
        base.find("parse_log_pytset")


@pytest.mark.parametrize(
    ("parser", "log", "expected"),
    [
        (
            "pytest",
            "PASSED t::a[foo bar]\nFAILED t::b - x\nSKIPPED [1] t.py:3: why",
            {"t::a[foo": "PASSED", "t::b": "FAILED"},
        ),
        ("pytest", "PASSED [100%]", {"[100%]": "PASSED"}),
        ("pytest", "FAILED! t::a", {"t::a": "FAILED!"}),
        ("pytest_options", "PASSED t[/a/b/c]", {"t[/c]": "PASSED"}),
        (
            "pytest_v2",
            "PASSED t::a[foo bar]\nt::old FAILED",
            {"t::a[foo bar]": "PASSED", "t::old": "FAILED"},
        ),
        ("matplotlib", "PASSED t[MouseButton.LEFT]", {"t[1]": "PASSED"}),
        (
            "seaborn",
            "t.py::a PASSED [ 1%]\nFAILED t.py::b - no",
            {"t.py::a": "PASSED", "t.py::b": "FAILED"},
        ),
        ("django", "test_a (x) ... FAIL\nok, done", {"test_a (x)": "PASSED"}),
        (
            "sympy",
            "test_a ok\ntest_b F\n__ sympy/t.py:test_c __",
            {"sympy/t.py:test_c": "FAILED", "test_a": "PASSED", "test_b": "FAILED"},
        ),
        ("maven", "+ mvn -Dtest=A#b\nBUILD SUCCESS", {"A#b": "PASSED"}),
        ("gradle_custom", "A > b\nwarning\nFAILED", {"A > b": "FAILED"}),
        ("cargo", "test a::b ... ok\ntest c ... ignored", {"a::b": "PASSED"}),
        (
            "phpunit",
            "Cache (Tests\\Cache)\n ✔ Works\n ↩ Later",
            {"Cache > Works": "PASSED", "Cache > Later": "SKIPPED"},
        ),
    ],
)
def test_parser_quirk_stays(parser, log, expected):
    """Without the official package too, what verdicts rest on is fixed here."""
    assert base.find(f"parse_log_{parser}")(log, base.ParsedInstance()) == expected
