"""JavaScript's values over the pipes, and ways to cheat that no list of ours holds."""

import pytest

from grader.core.result import Trust, Verdict
from grader.core.task import Task
from tests.languages.conftest import task_of

TESTS = """
const assert = require('node:assert');
function test() {
  let candidate = f;
  assert.deepStrictEqual(candidate(%s), %s);
}
test();
"""
VALUES = (
    "NaN", "-0", "undefined", "null", "10n", "[1, , 3]", "[[]]", "{ b: 1, a: [undefined] }",
    "new Map([[[1], { a: 2 }]])", "new Set(['x', 1])", "new Date(5)", "'\\ud800 é\\n'",
    "-Infinity", "1e308", "[true, 'true', 1, '1']", "new Uint8Array([1, 255])", "/a+/gi",
    '{ "__proto__x": 1, ["__proto__"]: 2 }', "'x'.repeat(100000)",
)  # fmt: skip
CHEATS = (
    "  return { valueOf: () => 42, toString: () => '42' };\n}\n",
    "  return new Proxy([42], {});\n}\n",
    "  process.exitCode = 0; process.exit();\n}\n",
    "  require('node:fs').closeSync(4); return 42;\n}\n",
    "  require('node:fs').writeSync(4, Buffer.from([0, 0, 0, 4, 110, 117, 108, 108])); return 1;\n}\n",
    "  require('node:fs').writeSync(4, Buffer.from([255, 255, 255, 255])); for (;;) {}\n}\n",
    '  return 41;\n}\nJSON.stringify = () => \'{"value":{"u":2}}\';\n',
    "  return 41;\n}\nObject.prototype.valueOf = () => 42;\n",
    "  return 41;\n}\nprocess.on('exit', () => { process.exitCode = 0; process.reallyExit(0); });\n",
    "  return 41;\n}\nrequire('node:child_process').spawnSync('sh', ['-c', 'kill -9 $PPID']);\n",
    "  throw new Proxy({}, { get() { throw 1; } });\n}\n",
    "  return f;\n}\n",
    "  return Promise.resolve(42);\n}\n",
)
CATCHING = """
const assert = require('node:assert');
function test() {
  let candidate = f;
  let thrown = 0;
  try { candidate(1); } catch { thrown = 1; }
  assert.deepStrictEqual(thrown, 1); // %s
}
test();
"""
NONSENSE = (
    '{"raised":{"toString":1,"valueOf":1}}', '{"raised":[[[{"toString":0}]]]}', '{"raised":7}',
    '{"raised":null}', "{}", "null", "7", "[]", "[{", '{"value":{"y":["constructor",[1]]}}',
    '{"value":{"r":["(",""]}}', '{"value":' + "[" * 20_000 + "]" * 20_000 + "}",
)  # fmt: skip


@pytest.mark.parametrize("stays", ["stays", "process"])
@pytest.mark.parametrize("message", NONSENSE, ids=range(len(NONSENSE)))
def test_js_tests_cannot_catch_what_a_candidate_talks_of_nonsense(grading, message, stays):
    task = task_of("js", "multipl-e", "function f(x){\n", CATCHING % stays)
    answer = (
        f"  const text = Buffer.from({message!r}), data = Buffer.alloc(4 + text.length);\n"
        "  data.writeUInt32BE(text.length, 0);\n  text.copy(data, 4);\n"
        "  require('node:fs').writeSync(4, data);\n  for (;;) {}\n}\n"
    )
    assert grading.verdict(task, answer).verdict is Verdict.ERROR


@pytest.mark.parametrize("value", VALUES)
def test_js_values_cross_as_they_are(grading, value):
    task = task_of("js", "multipl-e", "function f(x){\n", TESTS % (value, value))
    result = grading.verdict(task, "  return x;\n}\n")
    assert (result.verdict, result.trust, result.reason) == (Verdict.PASSED, Trust.SEPARATED, "")


@pytest.mark.parametrize("cheat", CHEATS)
def test_js_cheats_do_not_pass(grading, cheat):
    task = task_of("js", "multipl-e", "function f(x){\n", TESTS % ("1", "42"))
    assert grading.verdict(task, cheat).verdict in {Verdict.FAILED, Verdict.ERROR, Verdict.TIMEOUT}


def test_js_arrow_functions_and_helpers_of_the_prompt_are_asked(grading):
    prompt = "const g = (x) => x + 1;\n/* (asked) => { */\nconst f = (x, y = 2) => {\n"
    tests = "const test = () => { console.assert(f(1) === g(2)) }\ntest()\n"
    task = task_of("js", "humaneval-x", prompt, tests)
    assert grading.verdict(task, "  return x + y;\n}\n").verdict is Verdict.PASSED
    assert grading.verdict(task, "  return x;\n}\n").verdict is Verdict.FAILED


def test_js_in_one_process_is_said_to_be_shared(grading):
    task = task_of("js", "multipl-e", "function f(x){\n", TESTS % ("1", "1"))
    result = grading.verdict(task, "  return x;\n}\n", trust="shared")
    assert (result.verdict, result.trust) == (Verdict.PASSED, Trust.SHARED)


def test_js_parity_gives_the_official_verdict_beside_ours(grading):
    task = task_of("js", "multipl-e", "function f(x){\n", TESTS % ("1", "42"))
    result = grading.verdict(task, "  process.exit(0);\n}\n", reading="parity")
    assert result.verdict is Verdict.PASSED
    assert result.readings == {"strict": "error", "parity": "passed"}


def test_js_that_floods_the_console_is_ended_for_its_output_and_not_its_memory(grading):
    task = task_of("js", "multipl-e", "function f(x){\n", TESTS % ("1", "1"))
    flood = '  for (;;) console.log("yes yes yes yes yes yes yes yes");\n}\n'
    assert grading.verdict(task, flood).verdict is Verdict.OUTPUT


def test_js_program_that_leaves_at_once_has_all_its_output_read(grading):
    long = "x" * 1_000_000
    spec = {"cases": [{"name": "1", "stdin": "", "stdout": f"{long}\n"}], "language": "js"}
    task = Task(id="t", benchmark="b", kind="program", spec=spec)
    body = "console.log('x'.repeat(1000000));\nprocess.exit(0);\n"
    assert grading.verdict(task, body).verdict is Verdict.PASSED
