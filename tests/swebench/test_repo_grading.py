"""Logs graded as the official harness grades them, down to `tests_status` and `resolved`."""

import json
import random
from pathlib import Path
from types import SimpleNamespace

import pytest
import swebench_logs
import swebench_oracle

from grader.graders._repo_log import (
    END,
    EXIT_CODE,
    START,
    HarnessRule,
    exit_code,
    read,
    text_of,
    trouble,
    try_read,
)
from grader.graders._repo_tests import EvalType, ResolutionStatus, status_of, with_cut_names
from grader.parsers import base

ROUNDS = 60
EXTRA = (
    ">>>>> Patch Apply Failed",
    ">>>>> Tests Timed Out",
    START,
    END,
    "2 passing",
    "TOTAL: 3 SUCCESS",
    "Killed",
    "ModuleNotFoundError: x",
    "Could not resolve host: a",
    "collected 0 items",
    f"{EXIT_CODE}: 1",
    "Executed 0 of 0",
)


def wrapped(body: str, rng: random.Random) -> bytes:
    """A log as an evaluation script leaves it, sometimes damaged."""
    parts = [
        rng.choice(("", "+ git diff", "PASSED early::one")),
        f"+ : '{START}'",
        body,
        f"+ : '{END}'",
        f"{EXIT_CODE}: {rng.choice((0, 0, 1, 2, -9))}",
        "Updated 1 path",
    ]
    if rng.random() < 0.25:
        del parts[rng.randrange(len(parts))]
    if rng.random() < 0.3:
        parts.insert(rng.randrange(len(parts)), rng.choice(EXTRA))
    data = "\n".join(parts).encode()
    if rng.random() < 0.2:
        at = rng.randrange(len(data))
        data = data[:at] + rng.choice((b"\xff\xfe", b"\r", b"\r\n", b"\xc3")) + data[at:]
    return data


def official(row: dict, expected: dict, log: bytes, tmp_path: Path) -> dict | None:
    """The official report of a log, written as the harness writes it."""
    grading = swebench_oracle.module("grading")
    spec = SimpleNamespace(
        instance_id=row["instance_id"],
        version=row["version"],
        log_parser=row["log_parser"],
        eval_type=row["eval_type"],
        FAIL_TO_PASS=expected["f2p"],
        PASS_TO_PASS=expected["p2p"],
    )
    path = tmp_path / "test_output.txt"
    path.write_bytes(log.decode(errors="replace").encode())
    try:
        report = grading.get_eval_report(
            spec,
            {"instance_id": spec.instance_id, "model_patch": "x"},
            str(path),
            include_tests_status=True,
        )
    except (ValueError, KeyError, AttributeError, IndexError, SyntaxError):
        return None
    return report[spec.instance_id]


def ours(row: dict, expected: dict, log: bytes) -> dict | None:
    text = text_of(log)
    instance = base.ParsedInstance(row["instance_id"], row["version"])
    try:
        reading = read(text, base.find(row["log_parser"]), instance)
    except base.UnreadableLog:
        return None
    report = {
        "patch_is_None": False,
        "patch_exists": True,
        "patch_successfully_applied": reading.is_usable,
        "resolved": False,
    }
    report["infra_failure"] = False
    if not reading.is_usable:
        if found := trouble(text):
            report |= {
                "infra_failure": found.tier == "environment",
                "infra_failure_reason": found.reason,
            }
        return report
    status = status_of(
        reading.statuses, expected["f2p"], expected["p2p"], eval_type=EvalType(row["eval_type"])
    )
    report["resolved"] = status.resolution is ResolutionStatus.FULL
    return report | {"tests_status": status.as_official()}


def rows_by_parser(rows: list[dict]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["log_parser"], []).append(row)
    return found


@pytest.mark.parametrize("parser", sorted(base.table()))
def test_reports_equal_the_official_ones(parser, rows, tmp_path):
    mine = rows_by_parser(rows).get(parser)
    if not mine:
        pytest.skip("no row at hand has this parser")
    seen: set[object] = set()
    for number in range(ROUNDS):
        rng = random.Random(f"{parser}/{number}")
        row = rng.choice(mine)
        names = [*listed(row["FAIL_TO_PASS"]), *listed(row["PASS_TO_PASS"])]
        rng.shuffle(names)
        half = rng.randrange(1, 6)
        expected = {"f2p": names[: rng.randrange(4)], "p2p": names[1:half]}
        log = wrapped(swebench_logs.log_for(parser, names[:4], rng), rng)
        report = ours(row, expected, log)
        assert report == official(row, expected, log, tmp_path), (number, log)
        seen.add(report and (report["resolved"], report["patch_successfully_applied"]))
    assert len(seen) > 1


def listed(value):
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_every_row_of_pytest_and_django_is_resolved_as_the_official_harness_says(
    share, rows, tmp_path
):
    """Whole real test lists in one clean log, of which a share of tests fails."""
    forms = {
        "parse_log_pytest": "{s} {t}",
        "parse_log_pytest_v2": "{s} {t}",
        "parse_log_django": "{t} ... {d}",
    }
    words = {"PASSED": "ok", "FAILED": "FAIL"}
    resolved = 0
    chosen = [row for row in rows if row["log_parser"] in forms][::7]
    for row in chosen:
        rng = random.Random(f"{row['instance_id']}{share}")
        expected = {"f2p": listed(row["FAIL_TO_PASS"]), "p2p": listed(row["PASS_TO_PASS"])}
        lines = []
        for test in (*expected["f2p"], *expected["p2p"]):
            status = "FAILED" if rng.random() < share else "PASSED"
            lines.append(forms[row["log_parser"]].format(s=status, t=test, d=words[status]))
        log = "\n".join([START, *lines, END, f"{EXIT_CODE}: 0"]).encode()
        report = ours(row, expected, log)
        assert report == official(row, expected, log, tmp_path), row["instance_id"]
        resolved += report["resolved"]
    assert (resolved > len(chosen) / 2) == (share == 0.0)


def test_v4_drops_skipped_tests_and_believes_whatever_it_reads():
    log = f"{START}\nSKIPPED t::a\n{END}\n{EXIT_CODE}: 1\n"
    parser = base.find("parse_log_pytest")
    assert not read(log, parser, base.ParsedInstance()).is_usable
    reading = read(log, parser, base.ParsedInstance(), rule=HarnessRule.V4)
    assert reading.is_usable
    assert (
        status_of(reading.statuses, ["t::a"], [], rule=HarnessRule.V4).resolution
        is ResolutionStatus.FULL
    )
    assert status_of(reading.statuses, ["t::a"], []).resolution is ResolutionStatus.NO
    assert status_of(reading.statuses, [], ["t::a"]).resolution is ResolutionStatus.FULL


def test_v4_takes_no_cut_name_for_the_whole_one():
    statuses = {"t::a[x y]": "PASSED"}
    assert status_of(statuses, ["t::a[x"], []).resolution is ResolutionStatus.FULL
    assert (
        status_of(statuses, ["t::a[x"], [], rule=HarnessRule.V4).resolution is ResolutionStatus.NO
    )


def test_cut_name_stands_for_tests_that_agree():
    assert with_cut_names({"t[a b]": "PASSED", "t[a c]": "XFAIL"}, ["t[a"])["t[a"] == "PASSED"
    assert "t[a" not in with_cut_names({"t[a b]": "PASSED", "t[a c]": "FAILED"}, ["t[a"])
    assert "t" not in with_cut_names({"t[a b]": "PASSED"}, ["t"])


def test_unknown_status_is_in_neither_list():
    status = status_of({"t::a": "FAILED!"}, ["t::a"], [])
    assert status.as_official()["FAIL_TO_PASS"] == {"success": [], "failure": []}
    assert status.resolution is ResolutionStatus.FULL


def test_partial_needs_all_kept_tests():
    statuses = {"a": "PASSED", "b": "FAILED", "c": "PASSED", "d": "FAILED"}
    assert status_of(statuses, ["a", "b"], ["c"]).resolution is ResolutionStatus.PARTIAL
    assert status_of(statuses, ["a", "b"], ["c", "d"]).resolution is ResolutionStatus.NO


def test_fail_only_takes_errors_and_absence_for_success():
    status = status_of(
        {"a": "ERROR", "c": "FAILED"}, ["a", "b"], ["c"], eval_type=EvalType.FAIL_ONLY
    )
    assert status.fail_to_pass.success == ("a", "b")
    assert status.pass_to_pass.failure == ("c",)


def test_first_exit_code_counts():
    assert exit_code(f"{EXIT_CODE}: 0\n{EXIT_CODE}: 1") == 0
    assert exit_code("nothing") is None


def test_carriage_return_begins_a_line():
    text = text_of(f"{START}\nxx\rPASSED t::a\r\n{END}\n".encode())
    assert read(text, base.find("parse_log_pytest"), base.ParsedInstance()).statuses == {
        "t::a": "PASSED"
    }


def test_log_that_a_parser_cannot_read_is_unusable():
    log = f"{START}\nERROR:\n{END}"
    assert (
        "unreadable" in try_read(log, base.find("parse_log_django"), base.ParsedInstance()).problem
    )
