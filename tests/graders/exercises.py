"""One exercise in each language, its tests, and solutions that forge a pass."""

import json
import os

import pytest

from grader.runners.base import of_track
from grader.runners.junit import JARS
from tests.graders.exercise_shape import Exercise
from tests.graders.exercises_compiled import CPP, JAVA
from tests.languages.graded import needed

PYTHON = Exercise(
    track="python",
    solution="doubler.py",
    stub="def double(number):\n    pass\n\n\ndef shout(text):\n    pass\n",
    right="def double(number):\n    return number * 2\n\n\ndef shout(text):\n    return text.upper()\n",
    wrong="def double(number):\n    return number + 2\n\n\ndef shout(text):\n    return text.upper()\n",
    test_path="doubler_test.py",
    tests="""import unittest

from doubler import double, shout


class DoublerTest(unittest.TestCase):
    def test_one(self):
        self.assertEqual(double(1), 2)

    def test_many(self):
        self.assertEqual(double(21), 42)

    def test_shout(self):
        expected = "HELLO"
        self.assertEqual(shout("hello"), expected)

    def test_is_number(self):
        self.assertTrue(double(3) == 6)
""",
    support={},
    forged={
        "leaves": {"doubler.py": "import os\nos._exit(0)\n"},
        "reports and leaves": {
            "doubler.py": (
                "import os\n"
                "names = ('one', 'many', 'shout', 'is_number')\n"
                "open('grader.report', 'a').write(''.join("
                "f'ok DoublerTest.test_{name}\\n' for name in names))\n"
                "os._exit(0)\n"
            )
        },
        "assertions": {
            "doubler.py": (
                "import unittest\n"
                "for name in dir(unittest.TestCase):\n"
                "    if name.startswith('assert'):\n"
                "        setattr(unittest.TestCase, name, lambda *a, **k: None)\n"
                "double = shout = lambda x: None\n"
            )
        },
        "result": {
            "doubler.py": (
                "import gc, unittest\n"
                "for each in gc.get_objects():\n"
                "    if isinstance(each, unittest.TestResult):\n"
                "        type(each).addFailure = type(each).addError = lambda *a: None\n"
                "double = shout = lambda x: None\n"
            )
        },
        "equals all": {
            "doubler.py": (
                "class Any:\n"
                "    def __eq__(self, other):\n        return True\n"
                "    def __ne__(self, other):\n        return False\n"
                "double = shout = lambda x: Any()\n"
            )
        },
        "reads the tests": {
            "doubler.py": (
                "import inspect, re\n"
                "def answer(given):\n"
                "    frame = inspect.currentframe().f_back.f_back\n"
                "    if 'expected' in frame.f_locals:\n"
                "        return frame.f_locals['expected']\n"
                "    lines = open('doubler_test.py').read().splitlines()\n"
                "    return eval(re.split(r', |== ', lines[frame.f_lineno - 1])[-1].rstrip(')'))\n"
                "def double(x):\n    return answer(x)\n"
                "def shout(x):\n    return answer(x)\n"
            )
        },
        "own tests": {
            "doubler.py": "double = shout = lambda x: None\n",
            "doubler_test.py": (
                "import unittest\n\n\nclass DoublerTest(unittest.TestCase):\n"
                + "".join(
                    f"    def test_{name}(self):\n        pass\n\n"
                    for name in ("one", "many", "shout", "is_number")
                )
            ),
            "conftest.py": "import os\nos._exit(0)\n",
            "sitecustomize.py": "import os\nos._exit(0)\n",
        },
    },
)
GO_BROKEN = (
    "package doubler\n\n{head}\n\nfunc Double(n int) int {{ return 0 }}\n\n"
    'func Shout(s string) string {{ return "" }}\n'
)
GO = Exercise(
    track="go",
    solution="doubler.go",
    stub="package doubler\n",
    right=(
        'package doubler\n\nimport "strings"\n\nfunc Double(n int) int { return 2 * n }\n\n'
        "func Shout(s string) string { return strings.ToUpper(s) }\n"
    ),
    wrong=(
        "package doubler\n\nfunc Double(n int) int { return n + 2 }\n\n"
        "func Shout(s string) string { return s }\n"
    ),
    test_path="doubler_test.go",
    tests="""package doubler

import "testing"

var cases = []struct {
	description string
	input       int
	expected    int
}{
	{description: "one", input: 1, expected: 2},
	{description: "three is six", input: 3, expected: 6},
	{description: "many", input: 21, expected: 42},
}

func TestDouble(t *testing.T) {
	for _, tc := range cases {
		t.Run(tc.description, func(t *testing.T) {
			if got := Double(tc.input); got != tc.expected {
				t.Fatalf("Double(%d) = %d, want %d", tc.input, got, tc.expected)
			}
		})
	}
}

func TestShout(t *testing.T) {
	expected := "HELLO"
	if got := Shout("hello"); got != expected {
		t.Errorf("got %q", got)
	}
}
""",
    support={"go.mod": "module doubler\n\ngo 1.18\n"},
    forged={
        "leaves": {
            "doubler.go": GO_BROKEN.format(head='import "os"\n\nfunc init() { os.Exit(0) }')
        },
        "reports and leaves": {
            "doubler.go": GO_BROKEN.format(
                head=(
                    'import (\n\t"fmt"\n\t"os"\n)\n\nfunc init() {\n'
                    '\tfor _, name := range []string{"TestDouble/one", "TestDouble/three_is_six", '
                    '"TestDouble/many", "TestDouble", "TestShout"} {\n'
                    '\t\tfmt.Printf("--- PASS: %s (0.00s)\\n", name)\n\t}\n\tos.Exit(0)\n}'
                )
            )
        },
        "its own main": {
            "doubler.go": GO_BROKEN.format(
                head='import "testing"\n\nfunc TestMain(m *testing.M) {}'
            )
        },
        "own tests": {
            "doubler.go": GO_BROKEN.format(head=""),
            "doubler_test.go": (
                'package doubler\n\nimport "testing"\n\n'
                "func TestDouble(t *testing.T) {}\n\nfunc TestShout(t *testing.T) {}\n"
            ),
            "main.go": "package main\n\nfunc main() {}\n",
        },
        "cases": {
            "doubler.go": GO_BROKEN.format(head="func init() { cases = nil }").replace(
                'return ""', 'return "HELLO"'
            )
        },
    },
)
RUST_HEAD = (
    "pub fn double(_: i64) -> i64 {{ 0 }}\npub fn shout(_: &str) -> String {{ String::new() }}\n"
    "{more}\n"
)
RUST = Exercise(
    track="rust",
    solution="src/lib.rs",
    stub="pub fn double(_: i64) -> i64 { todo!() }\n",
    right=(
        "pub fn double(number: i64) -> i64 { number * 2 }\n"
        "pub fn shout(text: &str) -> String { text.to_uppercase() }\n"
    ),
    wrong=(
        "pub fn double(number: i64) -> i64 { number + 2 }\n"
        "pub fn shout(text: &str) -> String { text.to_uppercase() }\n"
    ),
    test_path="tests/doubler.rs",
    tests="""use doubler::*;

#[test]
fn one() {
    assert_eq!(double(1), 2);
}

#[test]
#[ignore]
fn many() {
    assert_eq!(double(21), 42);
}

#[test]
#[ignore]
fn shouting() {
    let expected = "HELLO";
    assert_eq!(shout("hello"), expected);
}

#[test]
#[ignore]
fn is_even() {
    assert!(double(3) % 6 == 0);
}
""",
    support={"Cargo.toml": '[package]\nedition = "2021"\nname = "doubler"\nversion = "1.0.0"\n'},
    forged={
        "assertions": {
            "src/lib.rs": RUST_HEAD.format(
                more=(
                    "#[macro_export] macro_rules! assert_eq { ($($x:tt)*) => {{}} }\n"
                    "#[macro_export] macro_rules! assert { ($($x:tt)*) => {{}} }"
                )
            )
        },
        "leaves": {
            "src/lib.rs": (
                "pub fn double(_: i64) -> i64 { std::process::exit(0) }\n"
                "pub fn shout(_: &str) -> String { std::process::exit(0) }\n"
            )
        },
        "reports and leaves": {
            "src/lib.rs": RUST_HEAD.format(
                more=(
                    'extern "C" fn forge() {\n'
                    '    let text = "ok one\\nok many\\nok shouting\\nok is_even\\n";\n'
                    '    let _ = std::fs::write("grader.report", text);\n'
                    '    let _ = std::fs::write("log", text);\n'
                    "    std::process::exit(0)\n}\n"
                    '#[used] #[link_section = ".init_array"] static F: extern "C" fn() = forge;'
                )
            )
        },
        "equals all": {
            "src/lib.rs": (
                "#[derive(Debug)] pub struct Any;\n"
                "impl<T> PartialEq<T> for Any { fn eq(&self, _: &T) -> bool { true } }\n"
                "impl std::ops::Rem<i64> for Any { type Output = Any; fn rem(self, _: i64) -> Any "
                "{ Any } }\n"
                "pub fn double(_: i64) -> Any { Any }\npub fn shout(_: &str) -> Any { Any }\n"
            )
        },
        "own tests and build": {
            "src/lib.rs": RUST_HEAD.format(more=""),
            "tests/doubler.rs": "#[test]\nfn one() {}\n#[test]\nfn many() {}\n#[test]\n"
            "fn shouting() {}\n#[test]\nfn is_even() {}\n",
            "build.rs": "fn main() { std::process::exit(0) }\n",
            "Cargo.toml": '[package]\nname = "doubler"\nversion = "1.0.0"\nautotests = false\n',
        },
    },
)
JS_BROKEN = "export const double = () => 0;\nexport const shout = () => '';\n"
JAVASCRIPT = Exercise(
    track="javascript",
    solution="doubler.js",
    stub="export const double = () => { throw new Error('Remove this'); };\n",
    right=(
        "export const double = (number) => number * 2;\n"
        "export const shout = (text) => text.toUpperCase();\n"
    ),
    wrong=(
        "export const double = (number) => number + 2;\n"
        "export const shout = (text) => text.toUpperCase();\n"
    ),
    test_path="doubler.spec.js",
    tests="""import { double, shout } from './doubler';

describe('Doubler', () => {
  test('one', () => {
    expect(double(1)).toEqual(2);
  });

  xtest('many', () => {
    expect(double(21)).toBe(42);
  });

  xtest('shouting', () => {
    const expected = ['HELLO'];
    expect([shout('hello')]).toEqual(expected);
  });

  xtest('is even', () => {
    expect(double(3) % 6 === 0).toBe(true);
  });
});
""",
    support={"package.json": '{"scripts": {"test": "jest ./*"}}\n'},
    forged={
        "leaves": {"doubler.js": f"{JS_BROKEN}process.exit(0);\n"},
        "reports and leaves": {
            "doubler.js": (
                f"import fs from 'node:fs';\n{JS_BROKEN}"
                "for (const name of ['one', 'many', 'shouting', 'is even']) {\n"
                "  fs.appendFileSync('grader.report', JSON.stringify(['ok', `Doubler > ${name}`])"
                " + '\\n');\n}\nprocess.exit(0);\n"
            )
        },
        "assertions": {
            "doubler.js": (
                f"{JS_BROKEN}globalThis.expect = () => new Proxy(() => {{}}, {{\n"
                "  get: (target, name) => () => undefined,\n});\n"
            )
        },
        "equality": {
            "doubler.js": (
                f"{JS_BROKEN}Object.is = () => true;\nArray.prototype.every = () => true;\n"
            )
        },
        "matches all": {
            "doubler.js": (
                "const any = { $asymmetric: () => true, [Symbol.toPrimitive]: () => 6 };\n"
                "export const double = () => any;\nexport const shout = () => any;\n"
            )
        },
        "own tests and settings": {
            "doubler.js": JS_BROKEN,
            "doubler.spec.js": "describe('Doubler', () => { test('one', () => {}); });\n",
            "package.json": '{"scripts": {"test": "true"}}\n',
            "babel.config.js": "process.exit(0);\n",
        },
    },
)

ALL = (PYTHON, GO, RUST, JAVASCRIPT, CPP, JAVA)
FORGED = [(each, way) for each in ALL for way in each.forged]


def needed_for(track):
    """The test is skipped where what runs a track's tests is not here."""
    runner = of_track(track)
    if runner.language:
        needed(runner.language)
    if track == "java" and not all(os.path.exists(each) for each in JARS):  # noqa: PTH110
        pytest.skip(f"install {runner.packages}")


def written(root, exercise, *, name="doubler"):
    """The exercise as a data set holds it."""
    folder = root / exercise.track / "exercises/practice" / name
    example = f".meta/example.{exercise.solution.rpartition('.')[2]}"
    if exercise.track == "java":
        example = ".meta/src/reference/java/Doubler.java"
    config = {
        "files": {
            "solution": [exercise.solution],
            "test": [exercise.test_path],
            "example": [example],
        }
    }
    texts = {
        exercise.solution: exercise.stub,
        exercise.test_path: exercise.tests,
        example: exercise.right,
        ".meta/config.json": json.dumps(config),
        ".docs/instructions.md": "Double it.\n",
        **exercise.support,
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return root
