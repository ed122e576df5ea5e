"""What is taken from answers as many families of models write them: raw text, then the program."""

import time

import pytest

from grader.benchmarks._answer import answer
from grader.benchmarks._extract import ExtractionRule, candidates, fenced, is_wrapped, stopped
from grader.benchmarks._fences import blocks_of
from grader.benchmarks._run_on import cuts
from grader.benchmarks._strings import strings
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders.function import Spec as FunctionSpec
from grader.graders.program import Spec as ProgramSpec
from grader.graders.program import StdioCase

HEAD = "import math\n\n\ndef half(x):\n    return x / 2\n\n\n"
PROMPT = HEAD + 'def area(r):\n    """Of a circle.\n\n    >>> area(0)\n    0.0\n    """\n'
BODY = "    return half(2 * math.pi * r * r)\n"
LINE = "return half(2 * math.pi * r * r)\n"
CODE = "def area(r):\n" + BODY
WRONG = "def area(r):\n    return r\n"
HELPED = "def area(r):\n    return twice(r)\n"
TWICE = "def twice(r):\n    return half(math.pi * r * r * 2)\n"
NESTED = '''def area(r):
    """Of a circle.

    ```
    area(1)
    ```
    """
    return half(2 * math.pi * r * r)
'''
TOKENS = '''def area(r):
    mark = "<|im_end|>" + """
<|eot_id|>
<think>
"""
    return half(2 * math.pi * r * r) if mark else 0
'''
TASK = Task(
    id="T/1",
    benchmark="b",
    kind="function",
    spec=FunctionSpec(prompt=PROMPT, tests="", entry_point="area").model_dump(),
)


def block(code, tag="python", fence="```"):
    return f"{fence}{tag}\n{code}{fence}\n"


def indented(text, by):
    return "".join(by + line for line in text.splitlines(keepends=True))


def mark(name):
    """A control token of DeepSeek's, in full-width bars."""
    return f"<\uff5c{name}\uff5c>"


RIGHT = {
    # thoughts, and where the answer begins behind them
    "deepseek r1": "<think>\nDraft:\n" + block(WRONG) + "No.\n</think>\n\n" + block(CODE),
    "r1, opened by the template": "Draft:\n" + block(WRONG) + "No.\n</think>\n\n" + block(CODE),
    "qwen3, no thought": "<think>\n\n</think>\n\n" + block(CODE),
    "r1, bare code": "<think>\nlet me see\n</think>\n" + CODE,
    "r1, a body": "<think>\nlet me see\n</think>\n" + BODY,
    "thought about its tag": "<think>\nI end with `</think>`.\n" + WRONG + "</think>\n" + CODE,
    "a docstring left open in thought": '<think>\n"""\nno\n</think>\n' + block(NESTED),
    "two thoughts": "<think>a</think>\n<think>b</think>\n" + block(CODE),
    "anthropic": "<thinking>\n" + block(WRONG) + "</thinking>\n" + block(CODE),
    "reasoning tag": "<reasoning>\n"
    + block(WRONG)
    + "</reasoning>\n<answer>\n"
    + CODE
    + "</answer>",
    "magistral": "[THINK]" + block(WRONG) + "[/THINK]" + block(CODE),
    "kimi": "◁think▷" + block(WRONG) + "◁/think▷" + block(CODE),
    "seed": "<seed:think>" + block(WRONG) + "</seed:think>" + block(CODE) + "<seed:eos>",
    "command a": "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>"
    + CODE
    + "<|END_RESPONSE|>",
    "sky-t1": "<|begin_of_thought|>\n" + block(WRONG) + "<|end_of_thought|>\n\n"
    "<|begin_of_solution|>\n" + block(CODE) + "<|end_of_solution|>",
    "gpt-oss": "<|channel|>analysis<|message|>" + block(WRONG) + "<|end|><|start|>assistant"
    "<|channel|>final<|message|>" + block(CODE) + "<|return|>",
    "gpt-oss, no message token": "<|channel|>analysis\n" + WRONG + "\n<|channel|>final\n" + CODE,
    "gpt-oss, tokens dropped": "analysisWe need " + WRONG + "assistantfinal" + block(CODE),
    # turns and tokens
    "chatml": BODY + "<|im_end|>",
    "chatml, goes on": block(CODE)
    + "<|im_end|>\n<|im_start|>user\nAnd?<|im_end|>\n"
    + block(WRONG),
    "chatml, all of it": "<|im_start|>user\nWrite it.<|im_end|>\n<|im_start|>assistant\n" + CODE,
    "llama 3": "<|start_header_id|>assistant<|end_header_id|>\n\n" + block(CODE) + "<|eot_id|>",
    "llama 3, closing fence": BODY + "```<|eot_id|>",
    "llama 3, goes on": CODE + "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nThanks",
    "llama 3, code": "<|python_tag|>" + CODE + "<|eom_id|>",
    "llama 4": "<|header_start|>assistant<|header_end|>\n\n" + block(CODE) + "<|eot|>",
    "llama 2": "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nWrite it. [/INST] "
    + block(CODE)
    + "</s>",
    "mistral": " " + block(CODE) + "</s>",
    "base model": BODY + "<|endoftext|>" + WRONG,
    "begun with the end": "<|endoftext|>" + BODY,
    "phi 3": "<|assistant|>\n" + block(CODE) + "<|end|>",
    "gemma": "<start_of_turn>model\n" + block(CODE) + "<end_of_turn>\n<eos>",
    "deepseek": block(CODE) + mark("end▁of▁sentence"),
    "deepseek, all of it": mark("begin▁of▁sentence")
    + mark("User")
    + "go"
    + mark("Assistant")
    + CODE,
    "deepseek coder": CODE + "<|EOT|>",
    "exaone": "[|assistant|]" + block(CODE) + "[|endofturn|]",
    "granite": "<|start_of_role|>assistant<|end_of_role|>" + CODE + "<|end_of_text|>",
    "starcoder": BODY + "<file_sep>" + WRONG,
    "fill in the middle": "<fim_prefix>x<fim_suffix>y<fim_middle>" + BODY + "<|endoftext|>",
    "command r": "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>" + CODE + "<|END_OF_TURN_TOKEN|>",
    "mbpp's end": BODY + "[DONE]\n",
    "tokens in strings stay": TOKENS + "<|im_end|>",
    "tokens in strings of a block stay": "Sure!\n" + block(TOKENS) + "<|eot_id|>",
    # fences
    "prose around": "Sure! Here it is:\n\n" + block(CODE) + "\nIt doubles, then halves.",
    "no language": block(CODE, tag=""),
    "language in capitals": block(CODE, tag="Python"),
    "language behind a blank": block(CODE, tag=" python"),
    "python 3.11": block(CODE, tag="python3.11"),
    "a name behind it": block(CODE, tag="python title=area.py"),
    "in braces": block(CODE, tag="{.python .numberLines}"),
    "tildes": block(CODE, fence="~~~"),
    "longer": block(CODE, fence="`````"),
    "windows": ("Sure!\n" + block(CODE)).replace("\n", "\r\n"),
    "in a list": "1. First:\n\n" + indented(block(CODE), "   ") + "\n2. Done.\n",
    "behind a bullet": "- " + indented(block(CODE), "  ").lstrip(),
    "quoted": indented(block(CODE), "> "),
    "never closed": "Sure!\n```python\n" + CODE,
    "closed on the line": "```python\n" + CODE.rstrip() + "```\nDone.",
    "words behind the end": "```python\n" + CODE + "```This is it.",
    "code on the fence's line": "```python " + CODE + "```",
    "code in the language's place": "```" + CODE + "```",
    "only closed": CODE + "```\n",
    "only closed, words": BODY + "```\n\nThis returns the area.",
    "only closed, another block": CODE + "```\n\nExample:\n" + block("print(area(1))\n"),
    "language alone": "python\n" + CODE + "```",
    "language alone, nothing else": "python\n" + CODE,
    "around another": block(block(CODE), tag="markdown", fence="````"),
    "around another, same length": block(block(CODE), tag=""),
    "in a docstring": "Here:\n" + block(NESTED) + "Bye.",
    "in a string": block(
        'def area(r):\n    s = """\n```\n"""\n    return half(6.283185307179586 * r * r)\n'
    ),
    "quotes for a fence": "'''python\n" + CODE + "'''",
    # several blocks
    "corrected": "First:\n" + block(WRONG) + "Wrong! Corrected:\n" + block(CODE),
    "corrected, first not closed": "```python\n" + WRONG + "\n" + block(CODE),
    "usage behind": block(CODE) + "Usage:\n" + block("print(area(1))\n"),
    "output behind": block(CODE) + "Output:\n" + block("area = 3\n", tag=""),
    "shell before": block("pip install numpy\n", tag="bash") + block(CODE),
    "helper in a block of its own": block(TWICE) + "and\n" + block(HELPED),
    "last one cut off": block(CODE) + "Faster:\n```python\ndef area(r):\n    return half((",
    # other marks
    "codellama": "[PYTHON]\n" + CODE + "[/PYTHON]",
    "html": "<code>\n" + CODE + "</code>",
    "austin": "[BEGIN]\n" + CODE + "[DONE]",
    "ds-1000": "BEGIN SOLUTION\n<code>\n" + CODE + "</code>\nEND SOLUTION",
    # bodies
    "dedented": LINE,
    "one blank": " " + LINE,
    "dedented in a fence": block("if r < 0:\n    return None\n" + LINE),
    "first line stripped": "if r < 0:\n        return None\n" + BODY,
    "tabs": "\tif r < 0:\n\t\treturn None\n\t" + LINE,
    "body in a fence": "The body:\n" + block(BODY) + "Done.",
    "docstring ended twice": '    >>> area(0.0)\n    0.0\n    """\n' + BODY,
    # whole programs, and what follows
    "signature repeated": CODE + "```",
    "prompt repeated in a fence": block(PROMPT + BODY),
    "future": block("from __future__ import annotations\n\n" + CODE),
    "future, in parentheses": block("from __future__ import (\n    annotations,\n)\n" + CODE),
    "future behind a docstring": block('"""Areas."""\nfrom __future__ import annotations\n' + CODE),
    "words before bare code": "Here is the function:\n\n" + CODE,
    "words behind a body": BODY + "\n\nExplanation: the function doubles.",
    "words behind bare code": CODE + "\nThis function doubles, then halves.\n",
    "cut off": BODY + '\n\ndef other(x):\n    """ unfinished doc',
    "cut off in a bracket": BODY + "\n\nprint(area(1),",
    "zero width": "\ufeff" + BODY + "\u200b",
    "hard blanks": BODY.replace("    ", "\u00a0" * 4),
}
NOT_TAKEN = {
    "a thought that never ends": "<think>\nI could\n" + block(CODE),
    "a channel that never ends": "<|channel|>analysis<|message|>\n" + block(CODE),
    "a draft corrected wrongly": block(CODE) + "Better:\n" + block(WRONG),
    "no answer": "I cannot do that.",
    "another function": block("def other(r):\n    return half(2 * math.pi * r * r)\n"),
    "a wrong answer behind a right thought": "<think>" + block(CODE) + "</think>" + block(WRONG),
    "a decorator without a function": "    return None\n\n@(lambda f: lambda c: None)\n",
    "the next turn": WRONG + "<|im_end|>\n<|im_start|>assistant\n" + block(CODE),
}


def compiled(task, sample):
    spec = FunctionSpec.model_validate(task.spec)
    text = sample.body if sample.whole else spec.around(sample.body)
    try:
        return compile(text, "solution", "exec")
    except (SyntaxError, ValueError):
        return None


def taken(text, task=TASK, **fields):
    """The first reading that compiles, as the engine takes it, and what its `area` gives."""
    given = Sample(task_id="T/1", index=0, body=text, **fields)
    first = [] if is_wrapped(text) else [given]
    for each in [*first, *candidates(task, given)]:
        if code := compiled(task, each):
            names = {"__name__": "solution"}
            try:
                exec(code, names)
                return round(names["area"](1), 6), each
            except (NameError, TypeError):
                return None, each
    return None, given


@pytest.mark.parametrize("name", RIGHT)
def test_answer_is_taken_from(name):
    assert taken(RIGHT[name])[0] == 3.141593


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_answer_is_not_taken_from(name):
    assert taken(NOT_TAKEN[name])[0] != 3.141593


WHOLE = ("deepseek r1", "llama 3", "corrected", "in a docstring", "only closed", "html", "windows")


@pytest.mark.parametrize("name", WHOLE)
def test_whole_program_is_taken_from(name):
    text = RIGHT[name].replace("half(2 * math.pi * r * r)", "3.14159265 * r * r")
    assert taken(text, whole=True)[0] == 3.141593


FENCED = (
    "deepseek r1",
    "gpt-oss",
    "corrected",
    "in a list",
    "in a docstring",
    "dedented in a fence",
)


@pytest.mark.parametrize("name", FENCED)
def test_fence_mode_takes_the_same(name):
    given = Sample(task_id="T/1", index=0, body=RIGHT[name])
    assert fenced(TASK, given) == taken(RIGHT[name])[1]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("prose around", ExtractionRule.FENCE),
        ("corrected", ExtractionRule.LAST),
        ("chatml", ExtractionRule.ANSWER),
        ("dedented", ExtractionRule.BODY),
        ("words before bare code", ExtractionRule.TEXT),
        ("cut off", ExtractionRule.CUT),
    ],
)
def test_extraction_says_by_which_rule(name, rule):
    assert taken(RIGHT[name])[1].extraction == rule


PROGRAMS = [
    ("First:\n```python\nprint(2)\n```\nFinal:\n```python\nprint(1)\n```\n", "print(1)\n"),
    ("```python\nprint(1)\n```\nOutput:\n```\n1\n```\n", "print(1)\n"),
    ("```\nprint(1)\n```\nOutput:\n```\n1\n```\n", "print(1)\n"),
    ("print(1)\n```\nIt prints one.", "print(1)\n"),
    ("<think>```python\nprint(2)\n```</think>print(1)<|im_end|>", "print(1)"),
]


@pytest.mark.parametrize(("text", "wanted"), PROGRAMS)
def test_program_is_the_last_block_that_is_one(text, wanted):
    spec = ProgramSpec(cases=(StdioCase(name="1", stdout=b"1\n"),))
    task = Task(id="T/1", benchmark="b", kind="program", spec=spec.model_dump())
    found = candidates(task, Sample(task_id="T/1", index=0, body=text))
    assert next(each.body for each in found if "`" not in each.body) == wanted


def test_method_is_taken_from_the_block_that_defines_its_class():
    suffix = 'm = Solution().f if "Solution" in globals() else f\n'
    spec = FunctionSpec(prompt="import re\n", suffix=suffix, tests="", entry_point="call")
    task = Task(id="T/1", benchmark="b", kind="function", spec=spec.model_dump())
    code = "class Solution:\n    def f(self):\n        return 1\n"
    text = block(code) + "Try it:\n" + block("print(Solution().f())\n")
    assert fenced(task, Sample(task_id="T/1", index=0, body=text)).body == code


def test_line_that_failed_is_left_out_only_where_it_is_a_stop_sequence():
    text = BODY + "\nn = int(input())\nprint(area(n))\n"
    line = PROMPT.count("\n") + text[: text.index("print")].count("\n") + 1
    given = Sample(task_id="T/1", index=0, body=text)
    assert stopped(TASK, given, line).body == BODY + "\nn = int(input())\n"
    assert stopped(TASK, given, line - 1) is None
    assert stopped(TASK, given.model_copy(update={"whole": True}), line) is None


def test_ordinary_code_has_no_other_answer():
    for text in (BODY, CODE, TOKENS, NESTED, "x = '</s>'\n", "# [INST]\n" + CODE):
        assert answer(text) == text or "[INST]" in text


@pytest.mark.parametrize(
    "text",
    [
        '\\"""' * 6_666,
        "<think>" * 10_000,
        "</think>\n" * 10_000,
        "<|im_start|>user\n" * 6_666,
        " " * 66_666 + "x",
        "```python\n'''\n" * 6_666,
        "> ```\n" * 13_333,
        "[BEGIN]" * 10_000,
        "x = (\n" * 10_000,
        "'\n\"\n" * 6_666,
        "- " * 33_333 + "```",
        "a, " * 6_666 + "\n",
    ],
)
def test_hostile_text_is_read_in_linear_time(text):
    before = time.process_time()
    answer(text)
    blocks_of(text)
    list(cuts(text, 0))
    list(candidates(TASK, Sample(task_id="T/1", index=0, body=text)))
    assert time.process_time() - before < 5


def test_strings_are_found_where_quotes_mean_nothing_else():
    text = "it \"a\" # '''\n" + '"""b\n\'c"""' + " 'd"
    inside = strings(text)
    held = {text[at] for at in range(len(text)) if inside.holds(at)}
    assert held >= {"a", "b", "c"}
    assert not held & {"d", "i", "#"}
