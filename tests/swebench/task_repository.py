"""A small task repository, made anew for each test that wants one."""

import json
import os
from pathlib import Path

IMAGE = f"grader-test/task-repository:{os.getpid()}"
BINARY = bytes(range(256))
DOCKERFILE = """FROM {base}
COPY seed/ /testbed/
WORKDIR /testbed
RUN git init -q . && git add -A && \\
    git -c user.name=t -c user.email=t@t commit -qm base
"""
CODE = "def picture():\n    return b''\n"
FIXED = "def picture():\n    return bytes(range(256))\n"
PATCH = """diff --git a/shop.py b/shop.py
--- a/shop.py
+++ b/shop.py
@@ -1,2 +1,2 @@
 def picture():
-    return b''
+    return bytes(range(256))
"""
TEST_PATCH = """diff --git a/check.py b/check.py
new file mode 100644
--- /dev/null
+++ b/check.py
@@ -0,0 +1,5 @@
+import pathlib
+import shop
+wanted = pathlib.Path("fixtures/wanted picture.bin").read_bytes()
+print("PASSED" if shop.picture() == wanted else "FAILED", "t::picture")
+print("PASSED t::other")
"""
SCRIPT = """#!/bin/bash
set -uxo pipefail
cd /testbed
git config --global --add safe.directory /testbed
git -c core.fileMode=false diff HEAD
rm -f check.py
git apply -v - <<'EOF_114329324912'
{test_patch}EOF_114329324912
: '>>>>> Start Test Output'
python3 -B check.py
: '>>>>> End Test Output'
"""
METADATA = {
    "instance_id": "a__shop-1",
    "repo": "a/shop",
    "version": "1.0",
    "base_commit": "HEAD",
    "split": "test",
    "datasets": ["a/Own"],
    "image": IMAGE,
    "log_parser": "parse_log_pytest",
    "eval_type": "pass_and_fail",
    "image_assets": {"test_patch": [{"path": "fixtures/wanted picture.bin"}]},
}


def make(root: Path, *, base: str = "scratch", **metadata: object) -> Path:
    """Write the repository below `root` and return it."""
    fields = {key: value for key, value in (METADATA | metadata).items() if value is not None}
    (root / "sweb.yaml").write_text(json.dumps({"datasets": ["a/Own", "a/Other"]}))
    task = root / "tasks" / "a__shop-1"
    (task / "seed").mkdir(parents=True)
    (task / "test_assets" / "fixtures").mkdir(parents=True)
    (task / "task.yaml").write_text(json.dumps(fields))  # JSON is YAML
    tests = {"FAIL_TO_PASS": ["t::picture"], "PASS_TO_PASS": ["t::other"]}
    (task / "tests.json").write_text(json.dumps(tests))
    (task / "problem_statement.md").write_text("There is no picture.\n")
    (task / "gold.patch").write_text(PATCH)
    (task / "test.patch").write_text(TEST_PATCH, newline="")
    (task / "eval.sh").write_text(SCRIPT.format(test_patch=TEST_PATCH))
    (task / "Dockerfile").write_text(DOCKERFILE.format(base=base))
    (task / "seed" / "shop.py").write_text(CODE)
    (task / "test_assets" / "fixtures" / "wanted picture.bin").write_bytes(BINARY)
    return root
