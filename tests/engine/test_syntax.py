"""The compiling process: what it refuses, what it survives."""

import marshal
import os
import signal

import pytest

from grader.core.execution import CompletionWord
from grader.engine.gate import syntax

pytestmark = pytest.mark.anyio


@pytest.fixture
async def gate():
    async with syntax.open_gate() as opened:
        yield opened


async def test_gate_refuses_what_does_not_compile(gate):
    refusal = await gate.refusal("x = 1\ndef broken(:\n")
    assert (refusal.said, refusal.exception, refusal.line) == (
        CompletionWord.REFUSED,
        "SyntaxError",
        2,
    )


@pytest.mark.parametrize(
    "source",
    ["x = 1", "", "x = 'ü' # ß", "def f():\n    return 1\n", "ﬁ = 1", "x = '\\N{DIGIT ONE}'"],
)
async def test_gate_accepts_what_compiles(gate, source):
    compiled = await gate.compiled(source, path="a.py")
    assert compiled.refusal is None
    assert marshal.loads(compiled.code).co_filename == "a.py"


@pytest.mark.parametrize("source", ["x = '\ud800'", "a\0b", "\ufeff\ufeffx", "\tif x:\n  y"])
async def test_gate_refuses_odd_text(gate, source):
    assert (await gate.refusal(source)).said is CompletionWord.REFUSED


@pytest.mark.parametrize(
    "source",
    ["(" * 100_000, "-" * 1_000_000 + "1", "[" * 50_000 + "]" * 50_000, "x" + ".x" * 500_000],
    ids=["parentheses", "minus", "brackets", "attributes"],
)
async def test_gate_survives_parser_bombs(gate, source):
    """Refused, accepted or nobody knows: in any case the next question is answered."""
    await gate.compiled(source, path="bomb.py")
    assert (await gate.refusal("def broken(:")).said is CompletionWord.REFUSED
    assert await gate.refusal("x = 1") is None


async def test_gate_answers_for_a_megabyte(gate):
    source = "x = [\n" + "    1234567,\n" * 90_000 + "]\n"
    assert len(source) > 1_000_000
    compiled = await gate.compiled(source, path="big.py")
    assert compiled.refusal is None
    assert compiled.code


async def test_gate_starts_again_when_its_process_dies(gate):
    assert await gate.refusal("x = 1") is None
    process = gate.compilers[-1].process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    await gate.refusal("def broken(:")  # may say nothing: the process was gone
    assert (await gate.refusal("def broken(:")).said is CompletionWord.REFUSED


async def test_gate_leaves_no_process():
    async with syntax.open_gate() as opened:
        await opened.refusal("x = 1")
        process = opened.compilers[-1].process
    assert process.poll() is not None


async def test_gate_never_runs_the_program(gate, tmp_path):
    mark = tmp_path / "ran"
    await gate.refusal(f"open({str(mark)!r}, 'w')")
    assert not mark.exists()
