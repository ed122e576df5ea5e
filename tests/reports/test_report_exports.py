"""Exchange formats: valid by their own schemas, and true to the run."""

import hashlib
import io
import json
import re

import jsonschema
import pytest
import yaml
from stored_results import HOSTILE, MANIFEST, evidence_of, report_of, results

from grader import plugins
from grader.errors import UsageError


def composed(name: str, found=None, **changes) -> bytes:
    found = results() if found is None else found
    file = io.BytesIO()
    evidence = evidence_of(found, {("T/0", 0): "def f(): ..."})._replace(**changes)
    plugins.load("reports", name).compose(report_of(found), evidence, file)
    return file.getvalue()


@pytest.fixture
def schema(shared):
    def load(name: str):
        path = shared / "data/stats/schemas" / f"every_eval_ever_{name}.schema.json"
        if not path.exists():
            pytest.skip(f"no {path.name}")
        return json.loads(path.read_text())

    return load


@pytest.mark.parametrize("text", ["1 != 2", HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("model", ["", "org/model", "plain"])
def test_every_eval_ever_files_are_valid(schema, text, model):
    manifest = MANIFEST.model_copy(update={"model": model})
    summary = json.loads(composed("every-eval-ever", results(text), manifest=manifest))
    jsonschema.validate(summary, schema("eval"))
    lines = composed("every-eval-ever-samples", results(text), manifest=manifest).splitlines()
    for line in lines:
        jsonschema.validate(json.loads(line), schema("instance_level_eval"))
    assert len(lines) == 5


def test_every_eval_ever_summary_names_its_samples_file_by_content():
    summary = json.loads(composed("every-eval-ever"))
    samples = composed("every-eval-ever-samples")
    told = summary["detailed_evaluation_results"]
    assert told["checksum"] == hashlib.sha256(samples).hexdigest()
    assert told["total_rows"] == samples.count(b"\n")
    first = json.loads(samples.splitlines()[0])
    assert first["evaluation_id"] == summary["evaluation_id"]
    assert first["evaluation_result_id"] == summary["evaluation_results"][0]["evaluation_result_id"]
    assert first["output"]["raw"] == ["def f(): ..."]


def test_every_eval_ever_carries_the_interval_and_leaves_out_the_undefined():
    report, summary = report_of(results()), json.loads(composed("every-eval-ever"))
    (first, *_) = summary["evaluation_results"]
    interval = first["score_details"]["uncertainty"]["confidence_interval"]
    assert first["score_details"]["score"] == report.metrics[0].value
    assert (interval["lower"], interval["upper"]) == (report.metrics[0].low, report.metrics[0].high)
    assert first["metric_config"]["metric_parameters"] == {"k": 1}
    names = [each["metric_config"]["metric_name"] for each in summary["evaluation_results"]]
    assert "pass@2" not in names


def test_hf_eval_results_is_the_yaml_that_the_hub_reads():
    settings = {
        "dataset": "openai/openai_humaneval",
        "task": "t",
        "notes": 'a: "b" # c',
        "source": "u",
    }
    (entry,) = yaml.safe_load(composed("hf-eval-results", settings=settings))
    assert entry == {
        "dataset": {"id": "openai/openai_humaneval", "task_id": "t"},
        "value": 50.0,
        "date": "2023-11-14T22:13:20Z",
        "source": {"url": "u"},
        "notes": 'a: "b" # c',
    }


def test_hf_eval_results_asks_for_what_it_cannot_know():
    with pytest.raises(UsageError, match="--set dataset=ORG/NAME"):
        composed("hf-eval-results")
    with pytest.raises(UsageError, match="no pass@9 with a value"):
        composed("hf-eval-results", settings={"dataset": "a/b", "metric": "pass@9"})


def test_in_toto_statement_lists_every_sample_once():
    made = json.loads(composed("in-toto", digests=lambda: {"run.json": "ef" * 32}))
    predicate = made["predicate"]
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["subject"][0]["digest"]["sha256"] == MANIFEST.samples_sha256
    assert predicate["result"] == "FAILED"
    assert predicate["passedTests"] == ["T/0#0", "T/2#0"]
    assert predicate["failedTests"] == ["T/0#1", "T/1#0", "T/1#1"]
    assert predicate["ungradedTests"] == ["T/2#1"]
    assert {"name": "run.json", "digest": {"sha256": "ef" * 32}} in predicate["configuration"]


@pytest.mark.parametrize(
    ("kept", "result"), [((0, 4), "PASSED"), ((0, 5), "WARNED"), ((1, 5), "FAILED")]
)
def test_in_toto_result_is_passed_only_where_all_is_known_and_passed(kept, result):
    found = [results()[place] for place in kept]
    assert json.loads(composed("in-toto", found))["predicate"]["result"] == result


@pytest.mark.parametrize("name", ["every-eval-ever", "every-eval-ever-samples", "in-toto"])
def test_export_of_a_hostile_run_is_harmless_ascii(name):
    assert re.fullmatch(rb"[\n\x20-\x7e]*", composed(name, results(HOSTILE)))
