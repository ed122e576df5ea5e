"""What facts from an image mean, without any image."""

import pytest

from grader.core.leak import TraceWeight
from grader.image.layers import LayerSearch
from grader.leaks.decide import SearchedLines, hidden, traces, unknown
from grader.leaks.read import FutureCommit, ImageFacts, read

LINES = ("first = one(line)", "second = two(lines)", "third = three(lines)", "more = lines(here)")
WANTED = SearchedLines(lines=LINES, paths=("shop/cart.py",), names=("shop",))
BASE = ImageFacts(complete=True, repository="/testbed/.git", base_s=1000, past=5)


def found(**facts):
    return {(trace.kind, trace.weight) for trace in traces(BASE._replace(**facts), WANTED)}


def holds(path, count):
    return {"holds": ((path, LINES[:count]),)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, set()),
        ({"onward_count": 1}, set()),
        ({"onward_count": 2}, {("later commits", TraceWeight.LEAK)}),
        (
            {"extra_count": 1, "extra": (FutureCommit("a", 2000, "fix"),)},
            {("later commits", TraceWeight.LEAK)},
        ),
        (
            {"extra_count": 1, "extra": (FutureCommit("a", 900, "side"),)},
            {("other commits", TraceWeight.NOTE)},
        ),
        (
            {"extra_count": 9999, "extra": (FutureCommit("a", 900, "side"),)},
            {("other commits", TraceWeight.SUSPECT)},
        ),
        (
            {"base_s": None, "extra_count": 1, "extra": (FutureCommit("a", 0, "?"),)},
            {("later commits", TraceWeight.LEAK)},
        ),
        ({"reflog": (3, 0)}, set()),
        ({"reflog": (3, 1)}, {("reflog", TraceWeight.SUSPECT)}),
        ({"remotes": ("remote.origin.url x",)}, {("remote", TraceWeight.NOTE)}),
        ({"fixed": (("a" * 40, "shop/cart.py", "/x"),)}, {("fixed file", TraceWeight.LEAK)}),
        ({"copies": ("/opt/x.git",)}, {("other repository", TraceWeight.NOTE)}),
        (holds("/home/notes", 1), set()),
        (holds("/home/notes", 3), {("solution", TraceWeight.LEAK)}),
        (holds("/opt/lib/shop/cart.py", 1), {("solution", TraceWeight.SUSPECT)}),
        (holds("/home/fix.patch", 1), {("solution", TraceWeight.SUSPECT)}),
        (holds("/opt/Shop-2.tar.gz", 4), {("solution", TraceWeight.LEAK)}),
        ({"archives": (("/opt/shop-1.whl", True),)}, {("archive", TraceWeight.NOTE)}),
        ({"archives": (("/opt/shop-1.whl", False),)}, {("archive", TraceWeight.SUSPECT)}),
        ({"archives": (("/opt/other-1.whl", False),)}, set()),
    ],
)
def test_facts_have_their_weight(facts, expected):
    assert found(**facts) == expected


def test_short_solution_found_elsewhere_needs_a_look():
    short = WANTED._replace(lines=LINES[:1])
    facts = BASE._replace(holds=(("/testbed/shop/new.py", LINES[:1]),))
    assert [trace.weight for trace in traces(facts, short)] == [TraceWeight.SUSPECT]


@pytest.mark.parametrize(
    ("found", "shown", "weights"),
    [
        ((), (), []),
        (LINES[:1], (), []),
        (LINES[:3], (), [TraceWeight.LEAK]),
        (LINES, LINES, []),
        (LINES, LINES[1:], [TraceWeight.SUSPECT]),
    ],
)
def test_lines_in_layers_count_where_no_file_shows_them(found, shown, weights):
    facts = BASE._replace(pristine=(("/testbed/old.py", shown),))
    layers = LayerSearch(LINES, frozenset(found), packed=False)
    assert [trace.weight for trace in hidden(facts, layers)] == weights


def test_worst_comes_first():
    facts = BASE._replace(remotes=("r u",), onward_count=3)
    assert [trace.weight for trace in traces(facts, WANTED)] == [TraceWeight.LEAK, TraceWeight.NOTE]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (ImageFacts(), "did not come to its end"),
        (ImageFacts(complete=True), "no git repository"),
        (BASE._replace(cut=("files",)), "too many files"),
        (BASE._replace(unread=("find: /x: Permission denied",)), "only another user may read"),
        (BASE._replace(fixed_unknown=True), "does not apply"),
        (BASE, ""),
    ],
)
def test_what_was_not_seen_is_said(facts, why):
    said = unknown(facts, has_solution=True)
    assert why in said
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00\n\t\t\t\n",
        b"base\nbase\tx\ncommits\t1\nextra\t\nref\nholds\nline\tno file\nunread\nreflog\t9\n",
        b"base\t" + b"9" * 5000 + b"\ncommits\t-1\t1e9\t\xd9\xa3\n",
        b"extra\n" * 200_000 + b"done\n",
    ],
)
def test_hostile_output_is_read_without_an_error(data):
    facts = read(data)
    assert not facts.complete
    traces(facts, WANTED)


def test_day_of_an_endless_clock_is_told():
    facts = BASE._replace(extra_count=1, extra=(FutureCommit("a", 10**14, "far"),))
    assert "of 9999-12-31 'far'" in traces(facts, WANTED)[0].why
