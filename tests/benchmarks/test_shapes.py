"""Samples as other tools write them: read as what they are, or refused with the next move."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pytest

import grader
from grader.benchmarks._samples import read_samples
from grader.benchmarks.humaneval import benchmark
from grader.core.task import Task
from grader.errors import UsageError
from grader.run.options import SilentObserver

NAMES = ("close", "parens", "truncate")
TASKS = {
    f"HumanEval/{n}": Task(
        id=f"HumanEval/{n}",
        benchmark="humaneval",
        kind="function",
        spec={"entry_point": name, "tests": f"def check(f):\n    assert f({n})\ncheck({name})"},
    )
    for n, name in enumerate(NAMES)
}
TEXTS = [f"def {name}(x):\n    return {n}\n" for n, name in enumerate(NAMES)]
IDS = list(TASKS)
PAIRS = list(zip(IDS, TEXTS, strict=True))


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def chat(text):
    return [
        {"role": "system", "content": "code"},
        {"role": "user", "content": "please"},
        {"role": "assistant", "content": text},
    ]


def choices(text):
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


def anthropic(text):
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def gemini(text):
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}]}


def responses_api(text):
    thought = {"type": "reasoning", "summary": []}
    return {
        "output": [
            thought,
            {"role": "assistant", "content": [{"type": "output_text", "text": text}]},
        ]
    }


def opencompass(text):
    return {"origin_prompt": "p", "prediction": text, "gold": "g"}


SHAPES = {
    "pretty list": json.dumps([{"task_id": i, "completion": t} for i, t in PAIRS], indent=2),
    "list on one line": json.dumps([{"task_id": i, "completion": t} for i, t in PAIRS]),
    "texts by id": json.dumps(dict(PAIRS)),
    "lists by id": json.dumps({i: [t] for i, t in PAIRS}, indent=1),
    "objects by id": json.dumps({i: {"output": t, "tokens": 3} for i, t in PAIRS}),
    "bigcode generations": json.dumps([[t] for t in TEXTS]),
    "texts in order": json.dumps(TEXTS, indent=1),
    "all_codes": json.dumps({str(n): [t] for n, t in enumerate(TEXTS)}),
    "opencompass": json.dumps({str(n): opencompass(t) for n, t in enumerate(TEXTS)}, indent=4),
    "evalplus results": json.dumps({"date": "", "eval": {i: [{"task_id": i, "solution": t}] for i, t in PAIRS}}),
    "code_eval": json.dumps({
        "predictions": [[t] for t in TEXTS[::-1]],
        "references": [f"def check(f):\n    pass\ncheck({name})" for name in NAMES[::-1]],
    }),
    "code_eval with the tests alone": json.dumps({
        "predictions": [[t] for t in TEXTS],
        "references": [f"def check(f):\n    assert f({n})\n" for n in range(3)],
    }),
    "inspect": json.dumps({"version": 2, "eval": {"model": "m"}, "samples": [
        {"id": i, "epoch": 1, "output": choices(t) | {"completion": t}} for i, t in PAIRS
    ]}, indent=2),
    "promptfoo": json.dumps({"results": {"results": [
        {"vars": {"task_id": i}, "response": {"output": t}} for i, t in PAIRS
    ]}}),
    "helm": json.dumps({"request_states": [
        {"instance": {"id": i}, "result": {"completions": [{"text": t}]}} for i, t in PAIRS
    ]}),
    "lm-eval": lines(*(
        {"doc_id": n, "doc": {"task_id": i}, "target": "t", "resps": [[t]], "filtered_resps": [[t]]}
        for n, (i, t) in enumerate(PAIRS)
    )),
    "lm-eval without ids": lines(*(
        {"doc_id": n, "doc": {"q": 1}, "resps": [[t]], "filtered_resps": [t]} for n, t in enumerate(TEXTS)
    )),
    "openai batch": lines(*(
        {"id": f"batch_{n}", "custom_id": i, "response": {"status_code": 200, "body": choices(t)}, "error": None}
        for n, (i, t) in enumerate(PAIRS)
    )),
    "responses api": lines(*({"custom_id": i, "response": {"body": responses_api(t)}} for i, t in PAIRS)),
    "messages": lines(*({"task_id": i, "messages": chat(t)} for i, t in PAIRS)),
    "conversations": lines(*(
        {"id": i, "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": t}]} for i, t in PAIRS
    )),
    "anthropic": lines(*({"task_id": i, "response": anthropic(t)} for i, t in PAIRS)),
    "gemini": lines(*({"key": i, "response": gemini(t)} for i, t in PAIRS)),
    "vllm": lines(*({"task_id": i, "outputs": [{"index": 0, "text": t}]} for i, t in PAIRS)),
    "transformers": lines(*({"task_id": i, "output": [{"generated_text": t}]} for i, t in PAIRS)),
    "csv": "task_id,completion\r\n" + "".join(f'{i},"{t}"\r\n' for i, t in PAIRS),
    "tsv": "id\tcode\n" + "".join(f'{i}\t"{t}"\n' for i, t in PAIRS),
    "trailing commas": "".join(json.dumps({"task_id": i, "completion": t}) + ",\n" for i, t in PAIRS),
    "side by side": "".join(json.dumps({"task_id": i, "completion": t}) for i, t in PAIRS),
    "pretty objects": "\n".join(json.dumps({"task_id": i, "completion": t}, indent=2) for i, t in PAIRS),
    "byte order mark": "\ufeff" + lines(*({"task_id": i, "completion": t} for i, t in PAIRS)),
    "lower case": lines(*({"task_id": i.lower(), "completion": t} for i, t in PAIRS)),
    "numbers": lines(*({"task_id": n, "completion": t} for n, t in enumerate(TEXTS))),
    "number texts": lines(*({"idx": str(n), "completion": t} for n, t in enumerate(TEXTS))),
    "metadata": lines(*({"metadata": {"task_id": i}, "llm_response": t} for i, t in PAIRS)),
    "id and other id": lines(*({"id": n + 77, "name": i, "code": t} for n, (i, t) in enumerate(PAIRS))),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_other_tools_are_read(shape, tmp_path):
    file = tmp_path / "given.json"
    file.write_text(SHAPES[shape], newline="")
    found = {sample.task_id: sample.body for sample in read_samples(str(file), TASKS)}
    assert found == dict(PAIRS)


@pytest.mark.parametrize(
    "shape", sorted(set(SHAPES) - {"byte order mark", "lower case", "trailing commas"})
)
def test_shapes_that_are_not_the_usual_one_are_named(shape, tmp_path):
    file = tmp_path / "given.json"
    file.write_text(SHAPES[shape], newline="")
    usual = shape in {"pretty list", "list on one line", "side by side", "pretty objects"}
    assert all(bool(s.source.shape) is not usual for s in read_samples(str(file), TASKS))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
@pytest.mark.parametrize("shape", ["vllm", "inspect", "lists by id", "csv"])
def test_shapes_are_read_from_compressed_files(pack, shape, tmp_path):
    file = tmp_path / "given"
    file.write_bytes(pack(SHAPES[shape].encode()))
    assert [s.body for s in read_samples(str(file), TASKS)] == TEXTS


def zipped(**members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return held.getvalue()


def test_shapes_a_zip_archive_of_one_file_is_read(tmp_path):
    file = tmp_path / "given.zip"
    file.write_bytes(zipped(**{"run/samples.jsonl": SHAPES["messages"], "run/notes.txt": "x"}))
    assert [s.body for s in read_samples(str(file), TASKS)] == TEXTS


def test_shapes_a_zip_archive_of_several_files_is_refused_with_the_next_move(tmp_path):
    file = tmp_path / "given.zip"
    file.write_bytes(zipped(**{"a.jsonl": "", "b.jsonl": ""}))
    with pytest.raises(UsageError, match=r"zip archive with 2 JSON files; unzip .*given.zip"):
        list(read_samples(str(file), TASKS))


def test_shapes_an_inspect_archive_is_read_epoch_by_epoch(tmp_path):
    file = tmp_path / "log.eval"
    members = {
        f"samples/{number}_epoch_{epoch}.json": json.dumps(
            {"id": name, "epoch": epoch, "output": {"completion": f"{text}# {epoch}"}}
        )
        for number, (name, text) in enumerate(PAIRS)
        for epoch in (1, 2)
    }
    file.write_bytes(zipped(**{"header.json": "{}", **members}))
    found = [(s.task_id, s.index, s.body[-1]) for s in read_samples(str(file), TASKS)]
    assert found == [(name, epoch - 1, str(epoch)) for epoch in (1, 2) for name in IDS]


def test_shapes_a_parquet_table_is_read(tmp_path):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "given"
    parquet.write_table(arrow.table({"id": IDS, "response": TEXTS}), file)
    assert [s.body for s in read_samples(str(file), TASKS)] == TEXTS


def test_shapes_several_texts_of_a_row_are_several_samples(tmp_path):
    file = tmp_path / "given"
    file.write_text(lines({"task_id": IDS[0], "outputs": [{"text": "a"}, {"text": "b"}]}))
    assert [(s.index, s.body) for s in read_samples(str(file), TASKS)] == [(0, "a"), (1, "b")]


def test_shapes_code_that_a_tool_took_out_itself_comes_before_its_raw_answer(tmp_path):
    file = tmp_path / "given"
    file.write_text(lines({"task_id": IDS[0], "output": "Sure: x", "code": "x"}))
    assert [s.body for s in read_samples(str(file), TASKS)] == ["x"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x28\xb5\x2f\xfd rest", r"compressed with Zstandard.*; zstd -d"),
        ("{}".encode("utf-16"), r"UTF-16.*; iconv -f UTF-16 -t UTF-8"),
        (b"<!doctype html><html></html>", r"an HTML page"),
        (b"  <html lang=en></html>", r"an HTML page"),
        (b"SQLite format 3\0..", r"an SQLite database.*; sqlite3"),
        (b"\x80\x04\x95\x00", r"a Python pickle"),
        (b"x" * 257 + b"ustar\x00", r"a tar archive.*; tar xf"),
        (b"diff --git a/x b/x\n", r"a patch"),
        (b"PK\x03\x04 and nothing more", r"a zip archive that cannot be read"),
        (lzma.compress(b"x" * 99)[:-20], r"compressed data end early"),
        ('{"task_id": "HumanEval/0", "completion": "é"}'.encode("latin-1"), r"not UTF-8; .*iconv"),
        (b'{"predictions": [["x"]], "references": ["y"]}', r"cannot be told which text is which"),
        (b'[["x"], ["y"], ["z"], ["w"]]', r"cannot be told which text is which"),
        (b'[["x"], ["y"], ["z"]]', r"cannot be told which text is which"),
        (b'{"metrics": {"pass@1": 0.5}}', r"no 'task_id' .*; to convert: jq"),
        (b'{"task_id": "HumanEval/0", "passed": true}', r"neither .*: jq"),
    ],
)
def test_shapes_that_cannot_be_read_are_refused_in_one_line(content, words, tmp_path):
    file = tmp_path / "given"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        list(read_samples(str(file), TASKS))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("ending", "whole"), [(".py", True), (".txt", False)])
def test_shapes_a_flat_folder_holds_a_file_per_task(ending, whole, tmp_path):
    for name, text in PAIRS:
        (tmp_path / (name.replace("/", "_") + ending)).write_text(text)
    found = [(s.task_id, s.body, s.whole) for s in read_samples(str(tmp_path), TASKS)]
    assert found == [(name, text, whole) for name, text in PAIRS]


def test_shapes_a_flat_folder_may_number_the_samples_of_a_task(tmp_path):
    for number in (0, 1, 10, 2):
        (tmp_path / f"HumanEval_0_sample{number}.py").write_text(str(number))
    assert [s.body for s in read_samples(str(tmp_path), TASKS)] == ["0", "1", "2", "10"]


GIVEN = {
    "00_base.jsonl": 60.0,
    "02_lmeval_samples.jsonl": 60.0,
    "03b_evalplus_raw.jsonl": 60.0,
    "04_hf_code_eval.json": 60.0,
    "06_messages.jsonl": 60.0,
    "06b_completion_is_messages.jsonl": 60.0,
    "07_inspect.json": 60.0,
    "07b_inspect.eval": 60.0,
    "08b_vllm_outputs_text.jsonl": 60.0,
    "08c_completion_list.jsonl": 60.0,
    "09_promptfoo.json": 60.0,
    "10_simple_evals.html": "an HTML page",
    "11b_fence_nolang.jsonl": 60.0,
    "11c_two_fences.jsonl": 60.0,
    "11e_unclosed_fence.jsonl": 60.0,
    "11f_closing_fence_only.jsonl": 60.0,
    "11h_dedented_body_in_fence.jsonl": 60.0,
    "11i_fence_inside_docstring_solution.jsonl": 60.0,
    "12b_think_no_fence_in_thought.jsonl": 60.0,
    "12c_think_bare_code.jsonl": 60.0,
    "12e_think_then_body.jsonl": 60.0,
    "13_crlf_lines.jsonl": 60.0,
    "14_bom.jsonl": 60.0,
    "15_utf16.jsonl": "iconv",
    "17_csv.csv": 60.0,
    "18_dict.json": 60.0,
    "19_list_of_objects.json": 60.0,
    "19b_list_of_objects_oneline.json": 60.0,
    "20_prompt_repeated.jsonl": 60.0,
    "20b_signature_repeated.jsonl": 60.0,
    "21b_lstrip_newline.jsonl": 60.0,
    "21c_dedented.jsonl": 60.0,
    "22_eos_token.jsonl": 60.0,
    "22b_endoftext.jsonl": 60.0,
    "22d_header.jsonl": 60.0,
    "23_runon_truncated.jsonl": 60.0,
    "23c_runon_text.jsonl": 60.0,
    "23d_runon_print.jsonl": 60.0,
    "24_key_answer.jsonl": 60.0,
    "24_key_code.jsonl": 60.0,
    "24_key_generated_code.jsonl": 60.0,
    "24_key_generated_text.jsonl": 60.0,
    "24_key_model_output.jsonl": 60.0,
    "24_key_output.jsonl": 60.0,
    "24_key_raw_solution.jsonl": 60.0,
    "24_key_response.jsonl": 60.0,
    "25_idkey_doc_id.jsonl": 60.0,
    "25_idkey_id.jsonl": 60.0,
    "25_idkey_name.jsonl": 60.0,
    "25_idkey_problem_id.jsonl": 60.0,
    "25_idkey_taskId.jsonl": 60.0,
    "26_int_ids.jsonl": 60.0,
    "26c_lower.jsonl": 60.0,
    "26d_python_ids.jsonl": 60.0,
    "27_null.jsonl": 40.0,
    "27b_empty.jsonl": 40.0,
    "29_evalplus_eval_results.json": 60.0,
    "30_helm_scenario_state.json": 60.0,
    "32_flat_folder": 60.0,
    "32b_folder_txt": 60.0,
    "33b_xz.jsonl.xz": 60.0,
    "33c_zip.zip": 60.0,
    "35_concatenated.jsonl": 60.0,
    "36_tabs.jsonl": 60.0,
    "38_latin1.jsonl": "iconv",
    "39_trailing_comma.jsonl": 60.0,
    "41_zero_width.jsonl": 60.0,
}
"""Files of the reports: the share of their five samples that pass, or words of the refusal."""


@pytest.fixture(scope="module")
def said_of_files(shared, tmp_path_factory):
    """What came of each file of the reports; all their samples are graded in one run."""
    member = benchmark()
    data = shared / "data/functions/tasks/humaneval/HumanEval.jsonl.gz"
    tasks = {task.id: task for task in member.tasks(data)}
    said, samples, owners, counts = {}, [], {}, dict[str, int]()
    for name in GIVEN:
        try:
            found = list(member.samples(str(shared / "data/reports/sample_files" / name), tasks))
        except UsageError as error:
            said[name] = str(error)
            continue
        said[name] = 0.0
        for sample in found:
            index = counts[sample.task_id] = counts.get(sample.task_id, 0) + 1
            samples.append(sample.model_copy(update={"index": index}))
            owners[sample.task_id, index] = (name, len(found))

    class Counting(SilentObserver):
        def result(self, result):
            name, many = owners[result.task_id, result.index]
            said[name] += 100 / many * (result.verdict == "passed")

    out = tmp_path_factory.mktemp("shapes") / "run"
    grader.evaluate(
        "humaneval", samples, data=data, out=out, observe=Counting(), k=(1,), allow_weak=True
    )
    return said


@pytest.mark.parametrize("name", GIVEN)
def test_shapes_of_reported_files_are_read_or_refused_with_the_next_move(name, said_of_files):
    said, wanted = said_of_files[name], GIVEN[name]
    if isinstance(wanted, str):
        assert wanted in said
    else:
        assert said == pytest.approx(wanted)
