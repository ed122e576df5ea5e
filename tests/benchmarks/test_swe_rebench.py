"""SWE-rebench's rows become tasks whose script is that of its own harness."""

import json
import os

import pytest

from grader import plugins
from grader.cli.main import main
from grader.errors import UsageError
from grader.graders.repo import Spec

TEST_PATCH = """diff --git a/check.py b/check.py
new file mode 100644
--- /dev/null
+++ b/check.py
@@ -0,0 +1,3 @@
+import shop
+print("PASSED" if shop.price() == 3 else "FAILED", "t::price")
+print("SKIPPED t::skipped")
diff --git a/old test.py b/old test.py
--- a/old test.py
+++ b/old test.py
@@ -1 +1 @@
-a = 1
+a = 2
diff --git a/data.json b/data.json
--- a/data.json
+++ b/data.json
@@ -1 +1 @@
-1
+2
"""
PATCH = """diff --git a/shop.py b/shop.py
--- a/shop.py
+++ b/shop.py
@@ -1,2 +1,2 @@
 def price():
-    return 2
+    return 3
"""
ROW = {
    "instance_id": "A__shop-7",
    "repo": "A/shop",
    "base_commit": "c" * 40,
    "version": "0.1",
    "environment_setup_commit": "d" * 40,
    "install_config": {
        "install": "pip install -e .",
        "log_parser": "parse_log_pytest",
        "test_cmd": "python3 -B",
        "python": "3.9",
        "packages": "requirements.txt",
        "pre_install": None,
        "reqs_path": ["requirements.txt"],
    },
    "FAIL_TO_PASS": ["t::price"],
    "PASS_TO_PASS": ["t::skipped"],
    "patch": PATCH,
    "test_patch": TEST_PATCH,
}
SCRIPT = f"""#!/bin/bash
set -uxo pipefail
source /opt/miniconda3/bin/activate
conda activate testbed
cd /testbed
git config --global --add safe.directory /testbed
cd /testbed
git status
git show
git -c core.fileMode=false diff {"c" * 40}
source /opt/miniconda3/bin/activate
conda activate testbed
pip install -e .
git checkout {"c" * 40} 'old test.py' data.json
git apply -v - <<'EOF_114329324912'
{TEST_PATCH}
EOF_114329324912
: '>>>>> Start Test Output'
python3 -B check.py 'old test.py'
SWEBENCH_TEST_EXIT_CODE=$?
: '>>>>> End Test Output'
echo ">>>>> Test Exit Code: $SWEBENCH_TEST_EXIT_CODE"
git checkout {"c" * 40} 'old test.py' data.json
"""


def one(tmp_path, **changes):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROW | changes) + "\n")
    benchmark = plugins.load("benchmarks", "swe-rebench").benchmark()
    (task,) = benchmark.tasks(benchmark.locate(path))
    return task


def test_row_becomes_a_task_with_the_forks_script(tmp_path):
    task = one(tmp_path)
    spec = Spec.model_validate(task.spec)
    assert spec.eval_script == SCRIPT
    assert task.image.name == "swerebench/sweb.eval.x86_64.a_1776_shop-7:latest"
    assert (spec.rule, spec.log_parser, spec.eval_type) == (
        "v4", "parse_log_pytest", "pass_and_fail",
    )  # fmt: skip
    assert spec.pass_to_pass == ("t::skipped",)


@pytest.mark.parametrize("key", ["image_name", "docker_image"])
def test_row_that_names_its_image_is_believed(key, tmp_path):
    assert one(tmp_path, **{key: "x/y:z"}).image.name == "x/y:z"


def test_test_patch_with_the_usual_delimiter_gets_another_one(tmp_path):
    patch = TEST_PATCH.replace("a = 2", "EOF_114329324912")
    script = one(tmp_path, test_patch=patch).spec["eval_script"]
    assert "<<'EOF_114329324912'" not in script
    assert script.count("EOF_114329324912") == 1


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (None, "no object under 'install_config'; is it SWE-rebench"),
        ({"log_parser": "x"}, "no text under 'test_cmd'"),
        ({"test_cmd": "x", "log_parser": 3}, "no text under 'log_parser'"),
    ],
)
def test_malformed_row_is_told_with_its_place(config, told, tmp_path):
    with pytest.raises(UsageError, match=rf"rows\.jsonl:1: .*{told}"):
        one(tmp_path, install_config=config)


@pytest.mark.docker
@pytest.mark.slow
def test_patches_are_graded_in_the_rows_image(engine, slot_image, tmp_path):
    """A stand-in for the published image: a repository at one commit, and an empty conda."""
    import io  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    files = {
        "Dockerfile": f"FROM {slot_image}\nCOPY seed /testbed\nCOPY activate"
        " /opt/miniconda3/bin/activate\nRUN cd /testbed && git init -q && git add -A && "
        "git -c user.name=t -c user.email=t@t commit -qm base\n",
        "activate": "conda() { :; }\n",
        "seed/shop.py": "def price():\n    return 2\n",
        "seed/old test.py": "a = 1\n",
        "seed/data.json": "1\n",
    }
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    context.seek(0)
    image = f"grader-test/swe-rebench:{os.getpid()}"
    for _ in engine.build(fileobj=context, custom_context=True, tag=image, rm=True, forcerm=True):
        pass
    try:
        config = ROW["install_config"] | {"install": "true"}
        row = ROW | {"image_name": image, "base_commit": "HEAD", "install_config": config}
        (tmp_path / "rows.jsonl").write_text(json.dumps(row))
        words = ["--data", str(tmp_path / "rows.jsonl"), "--sandbox", "docker", "--quiet"]
        for name, patch, verdict in (
            ("right", PATCH, "passed"),
            ("wrong", PATCH.replace("return 3", "return 4"), "failed"),
        ):
            prediction = {"instance_id": "A__shop-7", "model_patch": patch}
            (tmp_path / f"{name}.jsonl").write_text(json.dumps(prediction))
            out = tmp_path / f"run-{name}"
            status = main(["evaluate", "swe-rebench", str(tmp_path / f"{name}.jsonl"), "--out",
                           str(out), *words])  # fmt: skip
            result = json.loads((out / "results.jsonl").read_text())
            assert (status, result["verdict"]) == (0, verdict), result
    finally:
        engine.remove_image(image, force=True)
