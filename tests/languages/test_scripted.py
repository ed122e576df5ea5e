"""One task in each language: what is right passes, and no forgery does."""

import pytest

from tests.languages.graded import results
from tests.languages.other_attacks import OTHERS
from tests.languages.scripted_attacks import TASKS as SCRIPTED

TASKS = {**SCRIPTED, **OTHERS}


@pytest.mark.share(3)
@pytest.mark.parametrize("language", sorted(TASKS))
def test_solutions_have_their_verdicts_and_attacks_never_pass(language, tmp_path):
    task = TASKS[language]
    kinds = {
        "passed": task.right,
        "failed": task.failed,
        "error": task.raises,
        "attack": task.attacks,
    }
    wanted = [(kind, text) for kind, texts in kinds.items() for text in texts]
    rows = [{"completion": text} for _, text in wanted]
    texts = {"prompt": task.prompt, "tests": task.tests}
    found = results(tmp_path, language, texts, rows, timeout_s=3.0)
    assert len(found) == len(wanted)
    for (kind, text), result in zip(wanted, found, strict=True):
        seen = result["verdict"]
        if kind == "attack":
            assert seen not in {"passed", "ungraded"}, (text, result)
        else:
            assert seen == kind, (text, result)
        assert result["trust"] == "separated", text
