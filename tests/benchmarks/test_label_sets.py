"""GLUE and SuperGLUE: official archives in, figures over whole sets out."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random

import pytest

from grader.benchmarks import glue, superglue
from grader.errors import UsageError
from grader.run.answered import figure
from grader.stats.predictions import METRICS, Prediction

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 24


def glue_files(seed, noise):
    """Each set's file, with labels drawn by a seed of which a share is changed."""
    found = {}
    for of in glue.Glue.sets:
        random, change = Random(f"labels {of.name}"), Random(f"{seed} {of.name}")
        lines = ["index\tprediction"]
        for index in range(ITEMS):
            label = random.choice(of.labels) if of.labels else f"{random.uniform(0, 5):.3f}"
            if change.random() < noise:
                label = change.choice(of.labels) if of.labels else f"{change.uniform(0, 5):.3f}"
            lines.append(f"{index}\t{label}")
        found[of.file] = "\n".join(lines) + "\n"
    return found


def superglue_files(seed, noise, *, answers=False):
    found = {}
    for of in superglue.SuperGlue.sets:
        random, change = Random(f"labels {of.name}"), Random(f"{seed} {of.name}")

        def drawn(random=random, change=change, of=of):
            labels = of.labels or ("the Red Fox", "a hen", "Fox")
            label = random.choice(labels)
            label = change.choice(labels) if change.random() < noise else label
            return {"true": True, "false": False}.get(label, int(label) if label in "01" else label)

        rows = []
        for index in range(ITEMS):
            if of.name == "MultiRC":
                questions = [
                    {"idx": q, "answers": [{"idx": a, "label": drawn()} for a in range(2)]}
                    for q in range(2)
                ]
                rows.append({"idx": index, "passage": {"questions": questions}})
            elif of.name == "ReCoRD" and answers:
                rows.append({"idx": index, "answers": [{"text": drawn()}, {"text": "other"}]})
            else:
                rows.append({"idx": index, "label": drawn()})
        found[of.file] = "".join(json.dumps(row) + "\n" for row in rows)
    return found


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def read(member, labels, archive):
    tasks = {task.id: task for task in member.tasks(labels)}
    return tasks, list(member.samples(str(archive), tasks))


@pytest.mark.parametrize(
    ("member", "make"), [(glue.benchmark(), glue_files), (superglue.benchmark(), superglue_files)]
)
def test_archives_are_read_zipped_in_folders_and_below_one(member, make, tmp_path):
    labels = zipped(tmp_path / "labels.zip", make(0, 0))
    files = make(1, 0.3)
    plain = zipped(tmp_path / "plain.zip", files)
    below = zipped(tmp_path / "below.zip", {f"submission/{n}": t for n, t in files.items()})
    (tmp_path / "folder").mkdir()
    for name, text in files.items():
        (tmp_path / "folder" / name).write_text(text)
    results = [read(member, labels, p)[1] for p in (plain, below, tmp_path / "folder")]
    bodies = [[(each.task_id, each.body) for each in found] for found in results]
    assert bodies[0] == bodies[1] == bodies[2]
    assert {each.task_id.partition("/")[0] for each in results[0]} == {s.name for s in member.sets}


def change(files, name, old, new):
    assert old in files[name]
    return files | {name: files[name].replace(old, new, 1)}


MALFORMED = [
    (lambda f: change(f, "CoLA.tsv", "index\tprediction", "id\tvalue"), r"CoLA.tsv:1: the head"),
    (lambda f: change(f, "CoLA.tsv", "\n3\t", "\nx\t"), r"CoLA.tsv:5: 'x' is no index"),
    (lambda f: change(f, "CoLA.tsv", "\n3\t", "\n2\t"), r"CoLA.tsv:5: index 2 was there"),
    (
        lambda f: change(f, "RTE.tsv", "not_entailment", "maybe"),
        r"RTE.tsv:\d+: 'maybe' is no label",
    ),
    (lambda f: change(f, "STS-B.tsv", "\n4\t", "\n4\tnan "), r"STS-B.tsv:6: 'nan .*' is no number"),
    (lambda f: change(f, "QQP.tsv", "\n5\t", "\n5\t1\t"), r"QQP.tsv:7: 3 columns, 2 are expected"),
    (lambda f: change(f, "QQP.tsv", "\n5\t", "\n99\t"), r"QQP.tsv:7: index 99 is none of QQP's"),
    (lambda f: f | {"WNLI.tsv": "index\tprediction\n0\t1\n"}, r"WNLI.tsv: 23 of 24 .* are missing"),
    (lambda f: f | {"WNLI.tsv": "index\tprediction\n"}, r"WNLI.tsv: nothing in it"),
    (lambda f: {n: t for n, t in f.items() if n != "AX.tsv"}, r"no AX.tsv in it"),
    (lambda f: f | {"COLA.tsv": "x"}, r"COLA.tsv is no file of glue; did you mean CoLA.tsv"),
]


@pytest.mark.parametrize(("spoil", "words"), MALFORMED)
def test_malformed_archive_is_named_by_file_and_line(spoil, words, tmp_path):
    labels = zipped(tmp_path / "labels.zip", glue_files(0, 0))
    archive = zipped(tmp_path / "a.zip", spoil(glue_files(1, 0.2)))
    with pytest.raises(UsageError, match=words):
        read(glue.benchmark(), labels, archive)


MALFORMED_LINES = [
    ("BoolQ.jsonl", "{", "not JSON"),
    ("BoolQ.jsonl", "[]", "an object of 'idx' and 'label'"),
    ("BoolQ.jsonl", '{"idx": -1, "label": true}', "'idx' must be a whole number"),
    ("BoolQ.jsonl", '{"idx": 1}', "'label' must be a text, number or truth"),
    ("CB.jsonl", '{"idx": 1, "label": "yes"}', "'yes' is no label of CB"),
    ("MultiRC.jsonl", '{"idx": 1, "label": 1}', "'passage' with its 'questions'"),
    ("MultiRC.jsonl", '{"idx": 1, "passage": {"questions": [3]}}', "'questions' must be a list"),
]


@pytest.mark.parametrize(("name", "line", "words"), MALFORMED_LINES)
def test_malformed_line_is_named(name, line, words, tmp_path):
    labels = zipped(tmp_path / "labels.zip", superglue_files(0, 0))
    files = superglue_files(1, 0.2)
    archive = zipped(tmp_path / "a.zip", files | {name: line + "\n" + files[name]})
    with pytest.raises(UsageError, match=rf"{re.escape(name)}:1: .*{re.escape(words)}"):
        read(superglue.benchmark(), labels, archive)


def test_answer_that_is_no_text_is_a_defect(tmp_path):
    labels = zipped(tmp_path / "labels.zip", superglue_files(0, 0))
    files = superglue_files(1, 0.2)
    rows = [json.loads(line) for line in files["ReCoRD.jsonl"].splitlines()]
    rows[0]["label"] = "\ud800"
    archive = zipped(tmp_path / "a.zip", files | {"ReCoRD.jsonl": "\n".join(map(json.dumps, rows))})

    samples = read(superglue.benchmark(), labels, archive)[1]

    assert [each.task_id for each in samples if each.defect] == ["ReCoRD/0"]


def test_archive_that_cannot_be_unpacked_is_named(tmp_path):
    labels = zipped(tmp_path / "labels.zip", glue_files(0, 0))
    newer = tmp_path / "newer.zip"
    data = zipped(newer, glue_files(1, 0.2)).read_bytes()
    place = data.index(b"PK\x01\x02") + 6
    newer.write_bytes(data[:place] + b"\xff" + data[place + 1 :])
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_LZMA) as archive:
        for name, text in glue_files(1, 0.2).items():
            archive.writestr(name, text)
    data = damaged.read_bytes()
    damaged.write_bytes(data.replace(data[50:70], b"\xff" * 20, 1))

    for file in (newer, damaged):
        with pytest.raises(UsageError, match=file.name):
            read(glue.benchmark(), labels, file)


def test_text_that_is_no_zip_is_named(tmp_path):
    labels = zipped(tmp_path / "labels.zip", glue_files(0, 0))
    (tmp_path / "a.zip").write_text("no zip")
    with pytest.raises(UsageError, match="no zip archive"):
        read(glue.benchmark(), labels, tmp_path / "a.zip")


def test_numbers_whose_sum_no_float_holds_have_no_figure():
    items = [Prediction("1", "1.7e308"), Prediction("2", "1.6e308"), Prediction("3", "1")]

    assert figure("STS-B pearson", "pearson", items, 0).value is None


def test_labels_that_are_not_given_are_asked_for():
    with pytest.raises(UsageError, match="its labels are hidden; give yours with --data"):
        glue.benchmark().locate(None)


def by_hand(files, wanted_files, member):
    """Every figure, from the files alone."""
    found = {}
    for of in member.sets:
        place = of.file
        given = {i.key: i for i in member.read(of, files[of.file], place)}
        wanted = {i.key: i for i in member.read(of, wanted_files[of.file], place)}
        items = [
            Prediction(each.label, given[key].label, each.unit, each.targets)
            for key, each in wanted.items()
        ]
        found |= {f"{of.name} {metric}": METRICS[metric](items) for metric in of.metrics}
    return found


@pytest.mark.parametrize(
    ("name", "member", "make"),
    [
        ("glue", glue.benchmark(), glue_files),
        ("superglue", superglue.benchmark(), superglue_files),
    ],
)
def test_report_has_the_figures_of_the_sets_and_their_mean(name, member, make, tmp_path):
    more = {"answers": True} if name == "superglue" else {}
    wanted, files = make(0, 0, **more), make(1, 0.3)
    zipped(tmp_path / "labels.zip", wanted)
    zipped(tmp_path / "mine.zip", files)
    words = ["evaluate", name, "mine.zip", "--data", "labels.zip", "--out", "run", "--json"]
    words += ["--sandbox", "null", "--allow-weak"]
    done = subprocess.run(
        [sys.executable, "-m", "grader", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    metrics = {each["name"]: each["value"] for each in json.loads(done.stdout)["sets"]}
    expected = by_hand(files, wanted, member)
    for key, value in expected.items():
        assert metrics[key] == pytest.approx(value, abs=1e-12)
    scores: dict[str, list[float]] = {}
    for of in member.sets:
        values = [expected[f"{of.name} {metric}"] for metric in of.metrics]
        scores.setdefault(of.part or of.name, []).append(sum(values) / len(values))
    ranked = [sum(v) / len(v) for task, v in scores.items() if task != "unranked"]
    assert len(ranked) == (9 if name == "glue" else 8)
    assert metrics[name] == pytest.approx(sum(ranked) / len(ranked), abs=1e-12)
