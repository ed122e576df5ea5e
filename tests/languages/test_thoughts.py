"""Thoughts before an answer in another language than Python."""

import pytest

from grader.benchmarks._translated import TranslatedRow, translated_task
from grader.benchmarks._translated_answer import spoken
from grader.core.sample import Sample
from tests.languages.graded import results
from tests.languages.scripted_attacks import BASH

CODE = BASH.prompt + BASH.right[0] + "}\n"


def task(kind="translated"):
    row = TranslatedRow("sh/x", "sh", "multipl-e", "x", BASH.prompt, BASH.tests)
    made = translated_task(row, benchmark="multipl-e")
    return made.model_copy(update={"kind": kind})


@pytest.mark.parametrize(
    ("body", "said", "rule"),
    [
        ("<think>\nhm\n</think>\n  echo 1\n", "\n  echo 1\n", "answer"),
        ("hm\n</think>\n```sh\necho 1\n```", "\n```sh\necho 1\n```", "fence"),
        ("<think>never ends", "", "answer"),
        ("  std::vector<s> x;\n", "  std::vector<s> x;\n", ""),
        ("  echo 1\n", "  echo 1\n", ""),
    ],
)
def test_thoughts_are_left_out_and_code_is_not(body, said, rule):
    found = spoken(task(), Sample(task_id="sh/x", index=0, body=body))
    assert (found.body, found.extraction) == (said, rule)


def test_samples_of_other_tasks_are_left_alone():
    sample = Sample(task_id="sh/x", index=0, body="<think>\n</think>x")
    assert spoken(task("function"), sample) is sample


def test_answer_behind_thoughts_is_graded_and_its_reading_told(tmp_path):
    bodies = (
        f"<think>It must add.</think>\nHere:\n```bash\n{CODE}\nadd 1 2\n```\nDone.",
        f"```sh\n{BASH.failed[0]}}}\n```",
        CODE + "\nadd 1 2\n",
    )
    texts = {"prompt": BASH.prompt, "tests": BASH.tests}
    found = results(tmp_path, "sh", texts, [{"completion": body} for body in bodies])
    assert [(each["verdict"], each.get("extraction", "")) for each in found] == [
        ("passed", "fence"),
        ("failed", "fence"),
        ("passed", ""),
    ]


def test_answer_that_is_to_be_graded_as_given_keeps_its_fences(tmp_path):
    texts = {"prompt": BASH.prompt, "tests": BASH.tests}
    bodies = (f"```sh\n{CODE}```\n", BASH.right[0])
    rows = [{"completion": body} for body in bodies]
    found = results(tmp_path, "sh", texts, rows, extract="none")
    assert [each["verdict"] == "passed" for each in found] == [False, True]
    assert not any("extraction" in each for each in found)
