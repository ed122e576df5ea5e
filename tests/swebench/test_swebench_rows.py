"""Rows of every generation become tasks that the official harness would run the same way."""

import gzip
import json

import pytest
import swebench_oracle

from grader import plugins
from grader.benchmarks._swebench.repos import PARSER_OF
from grader.benchmarks._swebench.script import of_recipe, official
from grader.errors import UsageError
from grader.graders.repo import Spec
from grader.image.recipe import ImageRecipe
from grader.parsers.base import table

MEMBERS = (
    "swebench",
    "swebench-lite",
    "swebench-verified",
    "swebench-multilingual",
    "swebench-multimodal",
)
ROW = {
    "instance_id": "a__b-1",
    "repo": "a/b",
    "base_commit": "c" * 40,
    "version": "1.0",
    "image": "x/y:latest",
    "eval_script": "#!/bin/bash\nset -uxo pipefail\ncd /testbed\n: '>>>>> Start Test Output'\nrun\n: '>>>>> End Test Output'\n",
    "log_parser": "parse_log_pytest",
    "eval_type": "pass_and_fail",
    "FAIL_TO_PASS": '["t::a"]',
    "PASS_TO_PASS": ["t::b"],
    "patch": "diff --git a/x b/x\n",
    "test_patch": "",
}


def tasks(path, name="swebench"):
    return list(plugins.load("benchmarks", name).benchmark().tasks(path))


def one(tmp_path, **changes):
    row = {key: value for key, value in (ROW | changes).items() if value is not None}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return tasks(path)[0]


def test_every_v5_row_is_the_official_test_spec(rows, shared):
    make = swebench_oracle.module("utils").make_test_spec
    official_specs = {}
    for row in rows:
        official_specs.setdefault(row["instance_id"], make(row))
    seen = 0
    for path in sorted((shared / "data" / "swebench" / "v5").glob("*.parquet")):
        for task in tasks(path):
            spec, other = Spec.model_validate(task.spec), official_specs[task.id]
            lines = [
                line for line in spec.eval_script.split("\n") if "&& cp /image_assets/" not in line
            ]
            assert "\n".join(lines) == other.eval_script, task.id
            assert list(spec.fail_to_pass) == other.FAIL_TO_PASS
            assert list(spec.pass_to_pass) == other.PASS_TO_PASS
            assert (task.image.name, spec.log_parser) == (other.image, other.log_parser)
            assert (spec.eval_type, spec.version) == (other.eval_type, other.version)
            seen += 1
    assert seen == len(rows)


@pytest.mark.parametrize("name", MEMBERS)
def test_member_finds_its_rows_in_a_folder(name, shared):
    benchmark = plugins.load("benchmarks", name).benchmark()
    folder = shared / "data" / "swebench" / "v5"
    if name == "swebench":
        with pytest.raises(UsageError, match="no rows of the split 'test'"):
            benchmark.locate(folder)
        return
    pytest.importorskip("pyarrow")
    assert next(iter(benchmark.tasks(benchmark.locate(folder)))).benchmark == name


def test_member_without_rows_says_where_they_are(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    monkeypatch.setattr("grader.benchmarks._swebench.members.has_client", lambda: False)
    benchmark = plugins.load("benchmarks", "swebench-verified").benchmark()
    with pytest.raises(UsageError, match=r"--data FILE.*SWE-bench_Verified"):
        benchmark.locate(None)
    (tmp_path / "SWE-bench_Verified.test.jsonl").write_text(json.dumps(ROW))
    assert benchmark.locate(None).name == "SWE-bench_Verified.test.jsonl"


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".jsonl.gz", ".parquet"])
def test_rows_of_all_formats_are_the_same_tasks(suffix, tmp_path):
    path = tmp_path / f"rows{suffix}"
    line = json.dumps(ROW)
    if suffix == ".parquet":
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.Table.from_pylist([ROW]), path)
    elif suffix == ".jsonl.gz":
        path.write_bytes(gzip.compress(line.encode()))
    else:
        path.write_text(f"[{line}]" if suffix == ".json" else line)
    assert tasks(path) == [one(tmp_path)]


def test_line_separators_inside_a_string_split_no_row(tmp_path):
    assert one(tmp_path, problem_statement="a\u2028b\x85c").id == "a__b-1"


def test_classic_row_without_the_tables_is_told_what_to_install(tmp_path):
    with pytest.raises(UsageError, match=r"rows\.jsonl:1: .*pip install --no-deps swebench==4"):
        one(tmp_path, eval_script=None)


def test_classic_row_whose_tables_break_is_told(tmp_path, monkeypatch):
    (tmp_path / "swebench").mkdir()
    (tmp_path / "swebench" / "__init__.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"does not serve \(No module named 'swebench\.harness\."):
        one(tmp_path, eval_script=None)


def test_row_without_parser_takes_its_repositorys(tmp_path):
    task = one(tmp_path, repo="chartjs/Chart.js", log_parser=None, eval_type=None)
    spec = Spec.model_validate(task.spec)
    assert (spec.log_parser, spec.eval_type) == ("parse_log_chart_js", "fail_only")


def test_every_repository_has_a_parser_that_exists():
    assert set(PARSER_OF.values()) <= set(table())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"instance_id": None}, "no 'instance_id'"),
        ({"FAIL_TO_PASS": "not json"}, "'FAIL_TO_PASS' must be a list of test names"),
        ({"PASS_TO_PASS": [1]}, "'PASS_TO_PASS' must be a list"),
        ({"eval_script": None}, "neither 'eval_script'.*nor 'recipe'"),
        ({"log_parser": None}, "no 'log_parser', and none is known for 'a/b'"),
        ({"eval_type": "both"}, "'eval_type' must be one of pass_and_fail, fail_only"),
        ({"recipe": {"base_image": "x"}}, "'recipe' is unusable"),
    ],
)
def test_malformed_row_is_told_with_its_place(changes, told, tmp_path):
    with pytest.raises(UsageError, match=rf"rows\.jsonl:1: .*{told}"):
        one(tmp_path, **changes)


def test_damaged_parquet_is_told(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1 no")
    with pytest.raises(UsageError, match="not a readable parquet file"):
        tasks(path)


def test_script_without_an_end_mark_stays_as_it_is():
    assert (
        official("#!/bin/bash\nset -uxo pipefail\nrun\n") == "#!/bin/bash\nset -uxo pipefail\nrun\n"
    )


def test_recipe_names_an_image_by_content(tmp_path):
    recipe = {"base_image": "swe-py39", "pip_pins": ["a==1"], "test_cmd": "pytest", "install": "x"}
    same, other = (
        one(tmp_path, image=None, eval_script=None, recipe=recipe | more).image.name
        for more in ({}, {"install": "y"})
    )
    assert same.startswith("grader/repository:")
    assert same != other
    assert ImageRecipe(base_image="b", packages=("p",)).environment_image.startswith(
        "grader/environment:"
    )


def test_recipe_script_quotes_names_and_survives_its_own_delimiter():
    patch = "--- a/odd name.py\n+++ b/odd name.py\n--- /dev/null\n+++ b/new.py\n"
    script = of_recipe(
        ImageRecipe(base_image="b"),
        commit="abc",
        test_patch=patch,
        setup=("export A=1",),
        test="pytest",
    )
    assert "git checkout abc 'odd name.py'\n" in script
    assert script.count("EOF_") == 2


def test_runnable_rows_are_tasks_that_need_no_network(shared):
    found = tasks(shared / "data" / "swebench" / "runnable_dev.jsonl", "swebench-lite")
    assert len(found) > 20
    assert not any(task.limits.network for task in found)


@pytest.mark.parametrize(
    ("assets", "paths"),
    [
        (None, []),
        ("", []),
        ('{"problem_statement": ["https://x/y.png"]}', []),
        (
            {"patch": [{"path": "b"}], "test_patch": [{"path": "a.png", "url": "https://x/a"}]},
            ["a.png", "b"],
        ),
        ('{"patch": [{"path": "a.png"}, "https://x/y.png"]}', ["a.png"]),
    ],
)
def test_files_of_a_rows_patches_are_known_in_the_official_order(assets, paths, tmp_path):
    spec = Spec.model_validate(one(tmp_path, image_assets=assets).spec)
    assert [asset.path for asset in spec.assets] == paths
    assert spec.eval_script.count("cp /image_assets/") == len(paths)


def test_split_in_several_files_is_read_in_their_order(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "data").mkdir()
    for number in range(2):
        row = ROW | {"instance_id": f"a__b-{number}"}
        name = tmp_path / "data" / f"test-0000{number}-of-00002.parquet"
        parquet.write_table(pyarrow.Table.from_pylist([row]), name)
    benchmark = plugins.load("benchmarks", "swebench-lite").benchmark()
    place = benchmark.locate(tmp_path)
    assert [task.id for task in benchmark.tasks(place)] == ["a__b-0", "a__b-1"]
    assert benchmark.locate(place) == place


def test_published_image_has_a_mirror_and_others_have_none(tmp_path):
    row = {"eval_script": "true", "instance_id": "Astro__astro-1"}
    image = one(tmp_path, image=None, **row).image
    assert image.name == "swebench/sweb.eval.x86_64.astro_1776_astro-1:latest"
    assert image.others == ("ghcr.io/epoch-research/swe-bench.eval.x86_64.astro__astro-1:latest",)
    assert one(tmp_path, **row, image="my/swebench/sweb.eval.x86_64.a:1").image.others == ()
