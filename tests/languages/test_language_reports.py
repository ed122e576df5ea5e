"""What a run over several languages tells: a table, trust by language, MultiPL-E's own files."""

import json

import pytest

from grader.benchmarks._translated import language_in
from grader.cli import export
from grader.core.manifest import DatasetRef
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.engine import dataset
from grader.errors import UsageError
from grader.record import manifest
from grader.reports import markdown, multipl_e, text
from grader.reports.html import sections
from grader.stats.summary import RunTally
from tests.languages.graded import needed, results

ROW = {"name": "HumanEval_0_add", "prompt": "add() {\n", "tests": "}\nadd", "stop_tokens": []}


def report(*rows):
    """A report of results (task id, passed, trust)."""
    ids = list(dict.fromkeys(task_id for task_id, *_ in rows))
    tally = RunTally(task_ids=ids, known_broken={})
    for number, (task_id, passed, trust) in enumerate(rows):
        verdict = Verdict.PASSED if passed else Verdict.FAILED
        tally.add(Result(task_id=task_id, index=number, verdict=verdict, trust=trust))
    named = DatasetRef(benchmark="multipl-e", version="3")
    fields = {
        "dataset": named,
        "run_id": "r",
        "engine_version": "0",
        "workers": 1,
        "extract": "auto",
    }
    stored = manifest.Manifest.model_construct(**fields, adaptive=None, isolation=None)
    return tally.report(stored, ks=(1, 10), wall_s=1.0, complete=True)


ROWS = (
    ("js/a", True, Trust.SEPARATED),
    ("js/b", False, Trust.SHARED),
    ("php/a", True, Trust.SEPARATED),
)


def test_scores_are_told_by_language():
    scores = {each.language: each for each in report(*ROWS).languages}
    assert list(scores) == ["js", "php"]
    assert [each.metrics[0].value for each in scores.values()] == [0.5, 1.0]
    assert scores["js"].trust == {"separated": 1, "shared": 1}
    assert (scores["js"].tasks, scores["js"].graded, scores["js"].passed) == (2, 2, 1)


@pytest.mark.parametrize(
    "render",
    [text.render, markdown.render, lambda made: "".join(sections.by_language(made))],
    ids=["text", "markdown", "page"],
)
def test_table_over_languages_stands_in_every_form(render):
    shown = render(report(*ROWS))
    line = next(each for each in shown.replace("<tr>", "\n").splitlines() if "php" in each)
    assert "100" in line
    assert "separated" in shown


def test_one_language_has_its_figures_in_the_headline_alone():
    made = report(*ROWS[:2])
    assert len(made.languages) == 1
    assert "separated  " not in text.render(made).split("trust")[0]


@pytest.mark.parametrize(
    ("task_id", "language"),
    [("js/HumanEval_0_x", "js"), ("JavaScript/1", "js"), ("CPP/1", "cpp"), ("HumanEval_0", "")],
)
def test_language_stands_in_an_id(task_id, language):
    assert language_in(task_id) == language


def test_results_files_are_multipl_e_s(tmp_path):
    data = tmp_path / "tasks.jsonl"
    data.write_text("".join(json.dumps(ROW | {"language": name}) + "\n" for name in ("sh", "php")))
    tasks = dataset.load("multipl-e", data).tasks
    ended = (
        (Verdict.PASSED, "", "OK", 0),
        (Verdict.TIMEOUT, "", "Timeout", -1),
        (Verdict.FAILED, "status 1", "Exception", 1),
        (Verdict.ERROR, "does not compile: x", "SyntaxError", 1),
        (Verdict.UNGRADED, "ours", "", 0),
    )
    task_id = "sh/HumanEval_0_add"
    samples = [Sample(task_id=task_id, index=n, body=f" echo {n}\n") for n in range(len(ended))]
    samples.append(Sample(task_id="php/HumanEval_0_add", index=0, body="x"))
    found = [
        Result(task_id=task_id, index=n, verdict=verdict, reason=reason)
        for n, (verdict, reason, *_) in enumerate(ended)
    ]
    found.append(Result(task_id="php/HumanEval_0_add", index=0, verdict=Verdict.PASSED))
    written = multipl_e.write(samples, found, tmp_path / "out", tasks=tasks)
    assert (written.samples, written.skipped) == (5, 1)
    told = json.loads((tmp_path / "out/sh/HumanEval_0_add.results.json").read_text())
    assert {key: told[key] for key in ("name", "language", "prompt", "tests")} == {
        "name": "HumanEval_0_add", "language": "sh", "prompt": ROW["prompt"], "tests": ROW["tests"],
    }  # fmt: skip
    assert [(each["status"], each["exit_code"]) for each in told["results"]] == [
        (status, code) for *_, status, code in ended[:-1]
    ]
    assert told["results"][0]["program"] == "add() {\n echo 0\n\n}\nadd"


def test_run_is_exported_beside_its_samples_and_read_again(tmp_path):
    needed("sh")
    texts = {
        "prompt": "#!/bin/bash\nadd() {\n",
        "tests": '}\nset -e\nrun_test() {\n    [[ $(add 1) = "2" ]]\n}\nrun_test',
    }
    source = tmp_path / "samples.jsonl"
    rows = [{"completion": "    echo 2\n"}, {"completion": "    echo 3\n"}]
    source.write_text(
        "".join(json.dumps({"task_id": "sh/HumanEval_0_add", **row}) + "\n" for row in rows)
    )
    results(tmp_path, "sh", texts, source)
    said = export.export(tmp_path / "run", "multipl-e")
    assert "samples.jsonl_results (2 samples)" in said
    told = json.loads((tmp_path / "samples.jsonl_results/HumanEval_0_add.results.json").read_text())
    assert [each["status"] for each in told["results"]] == ["OK", "Exception"]
    loaded = dataset.load("multipl-e", tmp_path / "tasks.jsonl")
    again = loaded.benchmark.samples(str(tmp_path / "samples.jsonl_results"), loaded.tasks)
    assert [each.body for each in again] == ["    echo 2\n", "    echo 3\n"]


def test_format_is_refused_for_runs_of_other_benchmarks(tmp_path):
    stored = manifest.Manifest.model_construct(
        dataset=DatasetRef(benchmark="humaneval", version="1")
    )
    with pytest.raises(UsageError, match="is for runs of multipl-e, not of humaneval"):
        export.write_multipl_e(tmp_path, stored, tmp_path)
