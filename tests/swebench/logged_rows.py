"""Twenty rows each in the forms of SWE-bench-Live and SWE-bench Pro, on one small repository.

Its tests print what stands in `status.txt`, which the model's patch changes.
"""

import json
import random

FAIL, KEEP = ("t1", "t2"), ("t3", "t4", "t5")
BEFORE = dict.fromkeys(FAIL, "FAILED") | dict.fromkeys(KEEP, "PASSED")
AFTER = dict.fromkeys((*FAIL, *KEEP), "PASSED")
WORDS = ("PASSED", "FAILED", "SKIPPED", "ERROR", "XFAIL", "")
PRO_PARSER = """
import json, sys
rows = [line.split() for line in open(sys.argv[1]) if line.strip()]
json.dump({"tests": [{"status": row[0], "name": row[1]} for row in rows]}, open(sys.argv[3], "w"))
"""
LIVE_PARSER = """
def parser(log):
    words = {"PASSED": "pass", "SKIPPED": "skip"}
    rows = [line.split() for line in log.splitlines() if len(line.split()) == 2]
    return {name: words.get(word, "fail") for word, name in rows}
"""


def text_of(statuses):
    return "".join(f"{word} {name}\n" for name, word in statuses.items() if word)


def patch_of(statuses):
    """From what stands there to this."""
    before, after = text_of(BEFORE).splitlines(), text_of(statuses).splitlines()
    head = f"@@ -1,{len(before)} +{1 if after else 0},{len(after)} @@\n"
    body = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    return f"--- a/status.txt\n+++ b/status.txt\n{head}" + "".join(f"{line}\n" for line in body)


def cases():
    """Twenty changes: right, nothing mended, and others by chance, always the same."""
    chance = random.Random(19)
    found = [AFTER, {**AFTER, "t1": "FAILED"}, {**AFTER, "t3": ""}, {**AFTER, "t4": "SKIPPED"}]
    while len(found) < 20:
        found.append({name: chance.choice(WORDS[:1] * 6 + WORDS) for name in AFTER})
    return found


def live_rows(image):
    return [
        {
            "instance_id": f"small__live-{number}", "repo": "small/live", "docker_image": image,
            "patch": patch_of(AFTER), "test_patch": NOTE, "FAIL_TO_PASS": list(FAIL),
            "PASS_TO_PASS": list(KEEP), "rebuild_cmds": [], "test_cmds": ["cat status.txt > out"]
            if number % 2 else ["cat status.txt"], "print_cmds": ["cat out"] if number % 2 else [],
            "log_parser": LIVE_PARSER if number % 2 else "pytest", "created_at": "2026-01-01",
        }
        for number in range(20)
    ]  # fmt: skip


NOTE = "--- /dev/null\n+++ b/note.txt\n@@ -0,0 +1 @@\n+a test\n"


def write_pro(folder, commit):
    """A folder as the set's repository is."""
    rows = []
    for number in range(20):
        name = f"instance_small__pro-{number}"
        for kind in ("base", "instance"):
            place = folder / "dockerfiles" / f"{kind}_dockerfile" / name
            place.mkdir(parents=True)
            (place / "Dockerfile").write_text(f"FROM x\nENV KIND_{kind.upper()}=yes\n")
        scripts = folder / "run_scripts" / name
        scripts.mkdir(parents=True)
        (scripts / "run_script.sh").write_text(
            '[ "$KIND_BASE$1" = yesa,b ] && cat /app/status.txt\n'
        )
        (scripts / "parser.py").write_text(PRO_PARSER)
        rows.append(
            {
                "instance_id": name, "repo": "small/pro", "base_commit": commit,
                "before_repo_set_cmd": "exit 1\ntrue", "patch": patch_of(AFTER),
                "selected_test_files_to_run": "['a', 'b']", "test_patch": "",
                "fail_to_pass": repr(list(FAIL)), "pass_to_pass": repr(list(KEEP)),
            }
        )  # fmt: skip
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder
