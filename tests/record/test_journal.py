"""The journal: round trip, torn tails, damage, groups, full disks."""

import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.result import Outcome, Result, TestResult, Trust, Verdict
from grader.errors import InfraError, UsageError
from grader.record import journal
from grader.record.journal import Journal, current, read, scan
from grader.record.line import CorruptLine, check, decode, encode, glance


def result(index: int, verdict: Verdict = Verdict.FAILED, *, task: str = "HumanEval/7") -> Result:
    step = StepResult(
        name="tests",
        ended=StepEnd.EXIT,
        code=1,
        completion=CompletionRecord(
            said=CompletionWord.RAISED, exception="AssertionError", line=44
        ),
        stdout=b"\xff\x00 out",
        stderr="zürich\n".encode(),
        cpu_s=0.0123,
        peak_mb=20.5,
    )
    return Result(
        task_id=task,
        index=index,
        verdict=verdict,
        reason=f"AssertionError: {index} (line 44)",
        tests=(TestResult(name="a", outcome=Outcome.PASSED),),
        trust=Trust.SEPARATED,
        execution=Execution(provider="null", isolation=Isolation(tier="none"), steps=(step,)),
        plan_digest="ab" * 32,
        sample_digest=f"{index:016x}",
        readings={"base": "passed"},
        engine_version="0.1.0",
    )


def written(directory: Path, results: list[Result]) -> Path:
    with Journal(directory) as book:
        for each in results:
            book.append(each)
    return book.path


def test_journal_gives_back_what_was_appended(tmp_path):
    results = [result(0), result(1, Verdict.PASSED), Result(task_id="t", index=0, verdict="empty")]
    assert list(read(written(tmp_path, results))) == results


@pytest.mark.parametrize("task", ['quo"te', "back\\slash", "line\nfeed", "ünï", ""])
def test_journal_keeps_any_task_id(tmp_path, task):
    path = written(tmp_path, [result(3, task=task)])
    assert [(each.task_id, each.index) for each in scan(path)] == [(task, 3)]
    assert [each.task_id for each in read(path)] == [task]


def test_journal_line_is_json_whose_first_key_is_the_checksum_of_the_rest(tmp_path):
    line = encode(result(0))
    assert next(iter(json.loads(line))) == "crc"
    assert int(json.loads(line)["crc"], 16) == zlib.crc32(line[len('{"crc":"01234567",') : -1])


def test_journal_line_spells_out_lone_surrogates(tmp_path):
    path = written(tmp_path, [result(0).model_copy(update={"reason": "odd \udc80 text"})])
    assert next(read(path)).reason == "odd \\udc80 text"


def test_scan_tells_what_the_full_reading_tells(tmp_path):
    twin = result(1).model_copy(update={"same_as": 0, "execution": None})
    path = written(tmp_path, [result(0), twin, Result(task_id="t", index=9, verdict="ungraded")])
    assert [(e.task_id, e.index, e.verdict, e.sample_digest, e.same_as) for e in scan(path)] == [
        (r.task_id, r.index, r.verdict, r.sample_digest, r.same_as) for r in read(path)
    ]


def test_scan_offsets_lead_to_their_results(tmp_path):
    path = written(tmp_path, [result(n) for n in range(5)])
    assert [journal.at(path, entry.offset).index for entry in scan(path)] == [0, 1, 2, 3, 4]


def test_scan_of_a_journal_that_is_not_there_is_empty(tmp_path):
    assert list(scan(tmp_path / "results.jsonl")) == []


def test_glance_agrees_with_the_slow_reading_of_a_line_with_other_spacing():
    line = b'{ "crc":"00000000", "task_id":"t", "index":4, "verdict":"passed"}\n'
    entry = glance(line, {}, offset=7)
    assert (entry.task_id, entry.index, entry.verdict, entry.offset) == ("t", 4, "passed", 7)


@pytest.mark.parametrize("line", [b"", b"\n", b"{}\n", b"[1]\n", b'{"crc":"zzzzzzzz","a":1}\n'])
def test_check_refuses_what_is_no_line(line):
    with pytest.raises(CorruptLine):
        check(line)


def test_check_refuses_every_single_changed_byte():
    line = encode(result(0))
    for at in range(8, len(line)):
        changed = bytearray(line)
        changed[at] ^= 1
        if bytes(changed[:18]).lower() == line[:18] or at in (16, 17):
            continue  # the quote and comma after the checksum are not covered by it
        with pytest.raises(CorruptLine):
            check(bytes(changed))


def test_decode_names_a_field_of_another_version():
    rest = b'"task_id":"t","index":0,"verdict":"passed","novelty":1}'
    with pytest.raises(CorruptLine, match="novelty"):
        decode(b'{"crc":"%08x",%b\n' % (zlib.crc32(rest), rest))


def test_journal_cut_off_at_any_byte_of_its_last_line_loses_only_that_line(tmp_path):
    whole = written(tmp_path, [result(0), result(1), result(2)]).read_bytes()
    lines = whole.splitlines(keepends=True)
    kept = len(lines[0]) + len(lines[1])
    for size in range(kept, len(whole)):
        path = tmp_path / "results.jsonl"
        path.write_bytes(whole[:size])
        assert [each.index for each in scan(path)] == [0, 1]
        assert [each.index for each in read(path)] == [0, 1]
        with Journal(tmp_path) as book:
            book.append(result(3))
        assert [each.index for each in read(path)] == [0, 1, 3], size


def test_journal_cut_off_in_its_only_line_begins_anew(tmp_path):
    path = written(tmp_path, [result(0)])
    path.write_bytes(path.read_bytes()[:10])
    assert list(read(written(tmp_path, [result(1)]))) == [result(1)]


def test_journal_with_a_torn_line_longer_than_one_look_back_is_mended(tmp_path):
    path = written(tmp_path, [result(0)])
    with path.open("ab") as file:
        file.write(b'{"crc":"' + b"0" * 3 * journal.TAIL)
    assert list(read(written(tmp_path, [result(1)]))) == [result(0), result(1)]


def test_journal_with_a_damaged_line_in_its_middle_names_it(tmp_path):
    path = written(tmp_path, [result(0), result(1), result(2)])
    path.write_bytes(path.read_bytes().replace(b"AssertionError: 1", b"AssertionError: 9"))
    for reading in (scan, read, current):
        seen = []
        with pytest.raises(UsageError, match=r"results\.jsonl:2: damaged.*head -n 1"):
            seen.extend(each.index for each in reading(path))
    first = next(read(path))
    assert first == result(0)


def test_current_gives_each_keys_last_line(tmp_path):
    path = written(
        tmp_path,
        [
            result(0, Verdict.UNGRADED),
            result(1),
            result(0, Verdict.UNGRADED),
            result(0, Verdict.PASSED),
        ],
    )
    assert [(each.index, each.verdict) for each in current(path)] == [(1, "failed"), (0, "passed")]


def test_journal_writes_nothing_before_a_commit(tmp_path):
    with Journal(tmp_path) as book:
        book.append(result(0))
        assert book.path.stat().st_size == 0
        book.commit()
        assert len(list(read(book.path))) == 1


def test_journal_asks_for_a_commit_when_a_group_is_full(tmp_path):
    with Journal(tmp_path) as book:
        asked = [book.append(result(n)) for n in range(journal.GROUP)]
    assert asked.index(True) == journal.GROUP - 1


def test_journal_closes_twice(tmp_path):
    book = Journal(tmp_path)
    book.append(result(0))
    book.close()
    book.close()
    assert len(list(read(book.path))) == 1


def test_journal_in_a_folder_that_is_gone_says_so(tmp_path):
    with pytest.raises(InfraError, match=r"cannot write .*No such file"):
        Journal(tmp_path / "gone")


FILL = """
import resource, sys
from pathlib import Path
from grader.core.result import Result
from grader.errors import InfraError
from grader.record.journal import Journal, read
run = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
book = Journal(run, resume="grader evaluate x y --resume")
committed = 0
try:
    for index in range(10_000):
        book.append(Result(task_id="t", index=index, verdict="passed", reason="r" * 80))
        if index % 20 == 19:
            book.commit()
            committed = index + 1
except InfraError as error:
    book.close()
    print(committed, len(list(read(book.path))), error, sep="|")
"""


def test_journal_on_a_full_disk_keeps_what_was_committed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    committed, kept, message = done.stdout.strip().split("|")
    assert committed == kept
    assert int(kept) > 20
    path = tmp_path / "results.jsonl"
    assert message == f"disk full at {path}; free space and run: grader evaluate x y --resume"


@pytest.mark.root
def test_journal_on_a_full_file_system_keeps_what_was_committed(tmp_path):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no mounts here: {mounted.stderr.decode().strip()}")
    try:
        book = Journal(tmp_path)
        committed = 0
        with pytest.raises(InfraError, match="disk full at"):
            for index in range(10_000):
                book.append(result(index))
                if index % 20 == 19:
                    book.commit()
                    committed = index + 1
        book.close()
        assert [each.index for each in read(book.path)] == list(range(committed))
        assert committed
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
