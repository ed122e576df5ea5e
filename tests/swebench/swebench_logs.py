"""Test logs in the grammar of every runner, made from real test ids, then damaged."""

import random
from collections.abc import Callable

Line = Callable[[str, random.Random], str]

STATUSES = (
    "PASSED",
    "FAILED",
    "SKIPPED",
    "ERROR",
    "XFAIL",
    "XPASS",
    "FAILED!",
    "ERROR:",
    "SUBPASS",
)


def of(*forms: str) -> Line:
    return lambda name, rng: rng.choice(forms).replace("@", name)


def pytest_line(name: str, rng: random.Random) -> str:
    status = rng.choice(STATUSES)
    return rng.choice(
        (
            f"{status} {name}",
            f"{status} {name} - AssertionError: x - y",
            f"{name} {status}",
            f"{name} {status} [ 45%]",
            f"{status} [3] a/b.py:12: reason",
            f"{status} [100%]",
            f"\x1b[32m{status}\x1b[0m {name}",
            f"{status}\t{name}",
            f"{status} {name}[/a/b/c]",
            f"{status} {name}[//a/*/c]",
            f"{status} t[MouseButton.LEFT-{name}]",
            f"{status}",
        )
    )


MOCHA = of(
    "  suite @",
    "    inner @",
    "      ✓ @ (12ms)",
    "      ✔ @",
    "      1) @ (3ms)",
    "      2) @",
    "✓ @",
    "✕ @",
    "      ✕ @ (5ms)",
    "  ● @",
    "✗ @",
    "      ✗ @",
    " 3 passing (2s)",
    "TOTAL: 3 SUCCESS",
    "Starting browser Chrome",
    "SUMMARY:",
    "    ✔ @",
    "    ✖ @",
    "SUMMARY: @",
    "x ./node_modules/.bin/jest --x",
    "y xvfb-run z",
    "LOG: '@'",
    "running 3 test files",
    "Test Suites: 1",
    "AssertionError: #@\n\n",
    "  Running: @ (1 of 2)\n\n\n  @\n",
    "    ✓ @ (12ms)",
    "    3) @",
)
PER_FILE = of(
    "PASS @",
    "FAIL @",
    "PASS @ (1.2s)",
    "FAIL @ (12 ms)",
    "PASS @ (5.2 s)",
    "PASS @ (12.5ms)",
    "FAIL ",
    "FAIL",
    "PASS",
    "./node_modules/.bin/mocha --reporter json",
    '"passes": [',
    '    "fullTitle": "@",',
    "],",
    '"failures": [',
    "]",
    "  }",
)
FAILURES = of(
    "2KPhantomJS 2.1.1 (Linux 0.0.0) @ FAILED",
    "Chrome Headless 99.1 (Linux x86_64) @ FAILED",
    "HeadlessChrome 73.0 (Linux 0.0) @ FAILED",
    "2KPhantomJS 2.1 (Linux x86_64) @FAILED",
    "Chrome 99.0.1 (Linux x86_64) @ FAILED",
    "Chrome 99 (x) @ FAILED",
    "  1) @",
    "      Error: no",
    "  2) @\n       deeper:",
    "AssertionError: x",
    "case @: mismatch",
    "TypeError: @",
    "  3) outer\n     @\n       inner:\n",
    "{",
    "}",
    "[",
    "]",
    "{@}",
    "x {",
    "<b>@</b>",
    "<b><b>@",
    "</b>",
    "@</b>: x",
    "4) a b",
    "\x1b[31m5) @:",
)
FORMS: dict[str, Line] = {
    "django": of(
        "@ ... ok",
        "@ ... OK",
        "@ ...  OK",
        "@ ... FAIL",
        "@ ... ERROR",
        "@ ... skipped 'why'",
        "@ ... ",
        "ok",
        "okay @",
        "FAIL: @",
        "ERROR: @",
        "FAIL: @ (x.Y)",
        "--version is equivalent to version",
        "  @ ... ok ",
        "Applying sites.0002_alter_domain_unique...@ ... ok",
        "Applying sites.0002_alter_domain_unique...test_no_migrations (@) ... ok",
        "@ ... Testing against Django installed in '/x' with up to 4 silenced).\nok",
        "@ ... expected failure",
        "@ ... Internal Server Error: /x/\nok",
        "@ ... System check identified no issues (0 silenced)\nok",
        "@ ... unexpected success",
    ),
    "sympy": of(
        "@ ok",
        "@ F",
        "@ E",
        "@ f",
        "@ s",
        "test_a E F ok",
        "____ sympy/x/tests/test_a.py:@ ____",
        "_ a.py:@ _",
        "  @ ok ",
        "[FAIL]",
        "test_x ok",
        "test_@ ok [OK]",
    ),
    "redis": of(
        "[ok]: @",
        "[err]: @ in tests/unit/x.tcl",
        "[skip]: @",
        "[ignore]: @ (3 ms)",
        "[ok]: @ (12 ms)",
        "[err]: @",
        "[bad]: @",
    ),
    "jq": of("PASS: @", "FAIL: @", " PASS: @", "SKIP: @"),
    "doctest": of(
        '<doctest binary="x">',
        '<TestCase name="@">',
        '<SubCase name="@">',
        '<Expression success="true"/>',
        '<Expression success="false"/>',
        "</SubCase>",
        "</TestCase>",
        "</doctest>",
        '<doctest><TestCase name="a"><SubCase name="b"><Expression success="true"/></SubCase></TestCase></doctest>',
        '<doctest><TestCase name="a"><SubCase><Expression success="no"/></SubCase><SubCase name="c"/></TestCase></doctest>',
    ),
    "micropython_test": of("pass  @", "FAIL  @", "skip  @", "lost @"),
    "googletest": of(
        "[       OK ] @ (0 ms)",
        "[  FAILED  ] @ (12 ms)",
        "[ RUN      ] @",
        "1: [ OK ] @ (1 ms total)",
    ),
    "gotest": of(
        "--- PASS: @ (0.01s)",
        "    --- FAIL: @ (1.01s)",
        "--- SKIP: @ (0s)",
        "=== RUN @",
        "--- PASS: @",
    ),
    "maven": of(
        "+ mvn test -Dtest=@ -q",
        "[INFO] BUILD SUCCESS",
        "[INFO] BUILD FAILURE",
        "BUILD SUCCESS x",
        "-Dtest=@",
    ),
    "ant": of("  [junit] [PASS] @", "[junit] [FAIL] @", "[junit] [ERR] @", "[junit] [SKIP] @"),
    "gradle_custom": of(
        "X > @ PASSED",
        "X > @ FAILED",
        "X > y",
        "PASSED",
        "FAILED",
        "> Task :test FAILED",
        "a > @",
        "warn",
    ),
    "phpunit": of("Class @ (x\\y)", " ✔ @", " ✘ @", " ↩ @", "@ (a)", "✔", " ∅ @"),
    "minitest": of(
        "@. = 0.01 s = .", "@. = 0.1 s = F", "@. = 1 s = E", "@. = 1 s = S", "X#@. a= ."
    ),
    "cucumber": of("@ ....", "@ ..F", "@ .....FF", "@ .", "@ ---"),
    "ruby_unit": of(
        "test: @:\t.: (0.1)", "  test: @: F", "@: E", "@: O", "@:\t.", "@: Each", "@: P"
    ),
    "rspec_transformed_json": of("@ - passed", "@ - failed", "@ - pending", "@ - passed - failed"),
    "cargo": of(
        "test @ ... ok",
        "test @ ... FAILED",
        "test @ ... ignored",
        "test a::b ... ok",
        "test a::b ... FAILED",
    ),
    "tap": of("ok 1 @", "not ok 2 @", "ok @", "  ok 3 @", "# tests 3"),
    "jest": of("✓ @ (3 ms)", "✕ @", "○ @", "  ✓ @ (3ms)", "○ skipped @", "√ @"),
    "jest_json": of("[PASSED] @", "[FAILED] @", "[SKIPPED] @", " [PASSED] @ "),
    "vitest": of("✓ @ 3ms", "\u00d7 @", "↓ @ [skipped]", " ✓ @ > y 12 ms", "✓ @ 5"),
    "marked": of("1) @", " 2) @", "33) @ x", "4)@"),
    "prismjs": of(
        '{"failures": [{"fullTitle": "@"}], "passes": [{"fullTitle": "b"}]}',
        "noise",
        "}",
        './node_modules/.bin/mocha tests/run.js --reporter json\n{"failures": [], "passes": [{"fullTitle": "@"}]}',
    ),
    "quarto_cli": of(
        "[smoke] > @ ... \x1b[32mok\x1b[0m (1s)",
        "[unit] > @ ... \x1b[31mFAILED\x1b[0m",
        "[smoke] @",
        "[unit] > /tmp/abc.qmd @ ... 32mok",
        "[unit] > /tmp/xyz/q.qmd ... 31mFAILED",
        "[smoke] 34mINFO @",
        "test result: [smoke] 32mok",
        "[unit] passed failed steps",
        "ERRORS",
        "failures:",
        "[unit] > /tmp/abc/ /tmp/abc.qmd ... 32mok",
    ),
}
FORMS["immutable_js"] = lambda name, rng: rng.choice((FORMS["jest"], FORMS["jest_json"]))(name, rng)
FORMS["jekyll"] = lambda name, rng: rng.choice((FORMS["minitest"], FORMS["cucumber"]))(name, rng)
FORMS |= dict.fromkeys(("calypso", "highlightjs", "karma", "next"), MOCHA)
FORMS |= dict.fromkeys(("carbon", "grommet", "react_pdf"), PER_FILE)
FORMS["lighthouse"] = lambda name, rng: rng.choice((PER_FILE, MOCHA))(name, rng)
FORMS |= dict.fromkeys(("bpmn_js", "chart_js", "eslint", "openlayers", "p5js"), FAILURES)
NOISE = (
    "",
    "   ",
    "random output",
    "\x1b[1m",
    "ok",
    "Traceback (most recent call last):",
    "Ünïcode 测试",
    "[100%]",
    "\x85next\u2028line",
    "/tmp/x.py:12: DeprecationWarning",
    "\x0bvertical\x0c",
    "=" * 70,
    "x" * 3000,
    "Killed",
    "2 passing",
    "Executed 0 of 0",
    "\x00",
    "FAIL:",
    "ERROR:",
)
HEADS = {
    "calypso": "+ ./node_modules/.bin/jest --verbose",
    "karma": "Starting browser Chrome",
    "next": "+ xvfb-run npm test",
    "lighthouse": "+ ./node_modules/.bin/mocha --reporter json\nrunning 3 test files",
}
"""What some parsers wait for before they read at all."""


def form(parser: str) -> Line:
    """How a line about one test looks."""
    return FORMS.get(parser.removeprefix("parse_log_"), pytest_line)


def log_for(parser: str, names: list[str], rng: random.Random) -> str:
    """A log with the grammar of `parser`: tests in any order, noise between, then damage."""
    line = form(parser)
    lines = [line(rng.choice(names), rng) for _ in range(rng.randrange(1, 40))]
    for _ in range(rng.randrange(6)):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(NOISE))
    if rng.randrange(4):
        lines.insert(0, HEADS.get(parser.removeprefix("parse_log_"), ""))
    return damaged(lines, rng)


def damaged(lines: list[str], rng: random.Random) -> str:
    """Drop, double, cut, glue, colour or interleave lines, or change how they end."""
    for _ in range(rng.randrange(5)):
        at = rng.randrange(len(lines))
        match rng.randrange(8):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
            case 3:
                lines[at] += lines[rng.randrange(len(lines))]
            case 4:
                lines[at] = f"\x1b[3{rng.randrange(8)}m{lines[at]}\x1b[0m"
            case 5:
                lines[at] = f"xx\r{lines[at]}"
            case 6:
                lines[at] = f"  {lines[at]}  "
            case _:
                rng.shuffle(lines)
    return rng.choice(("\n", "\n", "\n", "\r\n", "\n\n")).join(lines) + rng.choice(("", "\n"))
