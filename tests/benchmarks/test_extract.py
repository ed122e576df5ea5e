"""Taking code out of answers: which block, what is kept of the prompt, what is recorded."""

import time

import pytest

from grader.benchmarks._extract import candidates, defines, fenced, preamble
from grader.benchmarks._fences import fenced_blocks
from grader.benchmarks.humaneval import benchmark
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders.function import Spec

PROMPT = 'import math\n\ndef helper(x):\n    return x\n\ndef area(r: float):\n    """Area."""\n'
BEFORE = "import math\n\ndef helper(x):\n    return x\n\n"


def task(prompt=PROMPT, entry_point="area"):
    spec = Spec(prompt=prompt, tests="", entry_point=entry_point)
    return Task(id="T/1", benchmark="b", kind="function", spec=spec.model_dump())


def sample(body, **fields):
    return Sample(task_id="T/1", index=4, body=body, **fields)


def answer(*blocks):
    return (
        "Sure!\n\n" + "\n\nor\n\n".join(f"```{tag}\n{code}```" for tag, code in blocks) + "\nBye."
    )


RIGHT = "def area(r):\n    return 3 * r * r\n"
OTHER = "def other(r):\n    return r\n"


def test_fence_takes_the_block_that_defines_the_entry_point():
    found = fenced(task(), sample(answer(("python", OTHER), ("python", RIGHT))))
    assert found == sample(BEFORE + RIGHT, whole=True, extraction="fence")


def test_fence_prefers_python_blocks_over_earlier_ones():
    found = fenced(task(prompt=""), sample(answer(("", "def area(): x\n"), ("Python", RIGHT))))
    assert found.body == RIGHT


def test_fence_takes_an_unmarked_block_where_no_python_block_fits():
    found = fenced(task(prompt=""), sample(answer(("python", OTHER), ("", RIGHT))))
    assert found.body == RIGHT


@pytest.mark.parametrize("body", [RIGHT, answer(("python", OTHER)), "", "no code", "a ``` b"])
def test_fence_leaves_a_text_without_such_a_block_alone(body):
    given = sample(body)
    assert fenced(task(), given) is given


def test_fence_takes_the_first_block_where_no_entry_point_is_known():
    found = fenced(task(entry_point=""), sample(answer(("text", "out\n"), ("py", OTHER))))
    assert found.body == OTHER


def test_fence_of_a_whole_program_stands_alone():
    found = fenced(task(), sample(answer(("python", RIGHT)), whole=True))
    assert found.body == RIGHT


def test_fence_that_imports_from_the_future_keeps_what_the_prompt_defines():
    code = "from __future__ import annotations\n"
    found = fenced(task(), sample(answer(("python", code + RIGHT))))
    assert found.body == code + BEFORE + RIGHT


def test_fence_of_a_task_of_another_kind_is_the_first_python_block():
    program = Task(id="T/1", benchmark="b", kind="program", spec={"cases": [1]})
    assert fenced(program, sample(answer(("python", "print(1)\n")))).body == "print(1)\n"


def test_fence_keeps_everything_else_of_the_sample():
    given = sample(answer(("python", RIGHT)), source={"file": "f", "line": 3})
    assert fenced(task(), given).source == given.source


def test_candidates_begin_with_the_fenced_program():
    first = next(candidates(task(), sample(answer(("python", RIGHT)))))
    assert (first.body, first.whole, first.extraction) == (BEFORE + RIGHT, True, "fence")


def test_candidates_offer_a_text_that_repeats_the_prompt_as_whole_program():
    (found,) = candidates(task(), sample(PROMPT + "    return 1\n"))
    assert found == sample(BEFORE + PROMPT + "    return 1\n", whole=True, extraction="whole")


def test_candidates_offer_a_block_without_the_function_as_continuation():
    (found,) = candidates(task(), sample(answer(("python", "    return 3\n"))))
    assert found == sample("    return 3\n", whole=False, extraction="fence")


@pytest.mark.parametrize("body", ["    return 3\n", "", "I cannot do that."])
def test_candidates_are_none_for_an_ordinary_completion(body):
    assert list(candidates(task(), sample(body))) == []


def test_candidates_do_not_repeat_a_text_that_is_whole_already():
    assert list(candidates(task(prompt=""), sample(RIGHT))) == []
    assert list(candidates(task(), sample(RIGHT, whole=True))) == []


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("```python\na\n```", [(True, "a\n")]),
        ("```py\na\n", [(True, "a\n")]),
        ("~~~\na\n~~~\n", [(False, "a\n")]),
        ("  ```python3\n  a\n  ```", [(True, "a\n")]),
        ("````md\n```\na\n```\n````", [(False, "a\n")]),
        ("```python\na\n```python\nb\n```", [(True, "a\n"), (True, "b\n")]),
        ("```python title=x\r\na\r\n```\r\n", [(True, "a\r\n")]),
        ("```a``` and ```b```", []),
        ("```\n~~~\n```", [(False, "~~~\n")]),
        ("```\n```", [(False, "")]),
    ],
)
def test_blocks_are_those_of_markdown_and_of_models(text, blocks):
    assert [(block.python, block.text) for block in fenced_blocks(text)] == blocks


def test_blocks_of_hostile_text_are_found_in_linear_time():
    text = "".join("`" * n + "k\n" for n in range(3, 1400))
    before = time.process_time()
    fenced_blocks(text)
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("def area(r): ...", True),
        ("x = 1\nasync def area (r): ...", True),
        ("class area:\n    pass", True),
        ("area = lambda r: r", True),
        ("    def area(r): ...", False),
        ("def area_of(r): ...", False),
        ("area(3)", False),
        ("", False),
    ],
)
def test_defines_means_at_top_level(text, claim):
    assert defines(text, "area") is claim


def test_preamble_is_what_stands_before_the_entry_point():
    assert preamble(PROMPT, "area") == BEFORE
    assert preamble(PROMPT, "nothing") == ""
    assert preamble(PROMPT, "") == ""


def test_extraction_of_real_fenced_references_gives_programs_that_compile(shared):
    found = benchmark()
    tasks = found.tasks(found.locate(shared / "data/functions/tasks/humaneval"))
    for real in tasks:
        code = real.spec["prompt"] + real.spec["reference"]
        given = Sample(task_id=real.id, index=0, body=answer(("python", code)))
        extracted = fenced(real, given)
        assert extracted.whole
        compile(extracted.body + "\n" + real.spec["tests"], real.id, "exec")
