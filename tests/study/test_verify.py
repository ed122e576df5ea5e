"""One changed byte anywhere in a run's directory is found and named."""

import json
import shutil
import zlib
from pathlib import Path

import anyio
import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.record import journal, manifest, seal
from grader.record.line import CRC_CHARS, encode
from grader.run import evaluate, report
from grader.study import regrade
from grader.study.verify import verify

STORED = Manifest(
    run_id="r", engine_version="0", samples_path="", samples_sha256="",
    dataset=DatasetRef(benchmark="b", version="1"), k=(1,),
)  # fmt: skip


def result(number: int, *, stdout: bytes = b"said") -> Result:
    step = StepResult(name="tests", ended=StepEnd.EXIT, stdout=stdout, wall_s=0.5)
    execution = Execution(provider="p", isolation=Isolation(tier="none"), steps=(step,))
    return Result(
        task_id=f"T/{number}", index=0, verdict=Verdict.FAILED, reason="é no",
        execution=execution, plan_digest=f"{number:064x}", sample_digest=f"{number:016x}",
    )  # fmt: skip


def store(run: Path, count: int = 4, *, complete: bool = True) -> Path:
    run.mkdir()
    manifest.write(run, STORED)
    with journal.Journal(run) as book:
        for number in range(count):
            book.append(result(number, stdout=b"long " * 2000 if number == 1 else b"said"))
    if complete:
        report.write(run, report.derive(run))
        seal.write(run)
    return run


def body(number: int, marker: str = "done") -> str:
    """A completion with the null sandbox's marker."""
    return f"    return a + b  # {number}\n# null: {marker}\n"


def rewritten_line(line: bytes, old: bytes, new: bytes) -> bytes:
    """A line that somebody changed and gave a fresh checksum."""
    assert old in line
    rest = line[CRC_CHARS:-1].replace(old, new)
    return b'{"crc":"%08x",%b\n' % (zlib.crc32(rest), rest)


def test_untouched_run_is_sound(tmp_path):
    found = verify(store(tmp_path / "run"))
    assert found.damage == ()
    assert found.notes == ()
    assert (found.lines, found.linked, found.sealed, found.files) == (4, 4, True, 3)


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80], ids=hex)
def test_any_changed_byte_of_the_journal_is_named_by_its_line(tmp_path, bit):
    run = store(tmp_path / "run")
    path = run / journal.NAME
    data = path.read_bytes()
    for place in range(0, len(data), 13):
        line = data[:place].count(b"\n") + 1
        path.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
        named = {(each.file, each.line) for each in verify(run).damage}
        assert (journal.NAME, line) in named, place
        assert {file for file, _ in named} == {journal.NAME}
    path.write_bytes(data)
    assert not verify(run).damage


def test_a_changed_byte_within_a_line_names_that_line_alone(tmp_path):
    run = store(tmp_path / "run")
    path = run / journal.NAME
    data = path.read_bytes()
    begin = data.index(b"\n") + 1
    for place in range(begin, data.index(b"\n", begin), 4):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        lines = {each.line for each in verify(run).damage}
        newline = data[place] ^ 1 == 10
        assert lines == {2} or newline, place


@pytest.mark.parametrize("name", [manifest.NAME, report.NAME, seal.NAME, "artifacts"])
def test_any_changed_byte_of_another_file_is_named(tmp_path, name):
    run = store(tmp_path / "run")
    path = run / name if name != "artifacts" else next((run / name).iterdir())
    data = path.read_bytes()
    for place in range(0, len(data), 7 if len(data) < 4000 else 97):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :])
        named = {each.file for each in verify(run).damage}
        assert path.relative_to(run).as_posix() in named, place
    path.write_bytes(data)
    assert not verify(run).damage


def test_seal_names_the_line_of_a_changed_byte(tmp_path):
    run = store(tmp_path / "run")
    text = (run / seal.NAME).read_text()
    (run / seal.NAME).write_text(text.replace('"lines": 4', '"lines": 5'))
    damage = verify(run).damage
    line = next(n for n, each in enumerate(text.split("\n"), 1) if '"lines"' in each)
    assert (seal.NAME, line) in {(each.file, each.line) for each in damage}


def test_line_with_a_fresh_checksum_is_found_by_the_chain(tmp_path):
    run = store(tmp_path / "run")
    path = run / journal.NAME
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = rewritten_line(lines[2], b'"failed"', b'"passed"')
    path.write_bytes(b"".join(lines))
    assert [each.line for each in verify(run).damage] == [3]


@pytest.mark.parametrize("change", ["removed", "swapped", "repeated"])
def test_lines_that_are_not_where_they_were_are_found(tmp_path, change):
    run = store(tmp_path / "run")
    path = run / journal.NAME
    a, b, c, d = path.read_bytes().splitlines(keepends=True)
    changed = {"removed": [a, c, d], "swapped": [a, c, b, d], "repeated": [a, b, b, c, d]}[change]
    path.write_bytes(b"".join(changed))
    assert any(each.line in {2, 3} for each in verify(run).damage)


def test_run_whose_last_lines_are_gone_is_found_by_the_seal(tmp_path):
    run = store(tmp_path / "run")
    path = run / journal.NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "3 lines, sealed were 4" in verify(run).damage[0].why


def test_journal_under_another_manifest_is_found_without_a_seal(tmp_path):
    run = store(tmp_path / "run", complete=False)
    manifest.write(run, STORED.model_copy(update={"seed": 9}))
    (damage,) = verify(run).damage
    assert damage.line == 1
    assert manifest.NAME in damage.why


def test_run_that_was_written_anew_is_found_by_its_head(tmp_path):
    head = verify(store(tmp_path / "run")).head
    forged = store(tmp_path / "forged", 3)
    assert not verify(forged).damage
    assert verify(forged, head=head).damage
    assert not verify(tmp_path / "run", head=head).damage


def test_removed_seal_is_found(tmp_path):
    run = store(tmp_path / "run")
    (run / seal.NAME).unlink()
    assert [each.file for each in verify(run).damage] == [seal.NAME]


def test_missing_and_added_files_are_found(tmp_path):
    run = store(tmp_path / "run")
    next((run / "artifacts").iterdir()).unlink()
    (run / "artifacts" / "more").write_text("x")
    whys = sorted(each.why for each in verify(run).damage)
    assert whys == ["it is missing", "it was added after the run was sealed"]


def test_files_of_others_are_noted_and_no_damage(tmp_path):
    run = store(tmp_path / "run")
    (run / "report.html").write_text("a page")
    (run / "run-again.json").symlink_to(run / manifest.NAME)
    found = verify(run)
    assert not found.damage
    assert len(found.notes) == 2


def test_torn_last_line_of_an_unfinished_run_is_a_note(tmp_path):
    run = store(tmp_path / "run", complete=False)
    path = run / journal.NAME
    path.write_bytes(path.read_bytes()[:-30])
    found = verify(run)
    assert not found.damage
    assert any("torn" in note for note in found.notes)


def test_run_of_an_older_grader_is_readable_and_noted(tmp_path):
    run = store(tmp_path / "run", 0, complete=False)
    (run / journal.NAME).write_bytes(b"".join(encode(result(number)) for number in range(3)))
    report.write(run, report.derive(run))
    found = verify(run)
    assert not found.damage
    assert (found.lines, found.linked) == (3, 0)
    assert len(list(journal.current(run / journal.NAME))) == 3


def test_run_of_an_older_grader_is_chained_from_where_it_goes_on(tmp_path):
    run = store(tmp_path / "run", 0, complete=False)
    path = run / journal.NAME
    path.write_bytes(b"".join(encode(result(number)) for number in range(2)))
    for number in (2, 3):
        with journal.Journal(run) as book:
            book.append(result(number))
    assert not verify(run).damage
    lines = path.read_bytes().splitlines(keepends=True)
    lines[0] = rewritten_line(lines[0], b'"failed"', b'"passed"')
    path.write_bytes(b"".join(lines))
    assert [each.line for each in verify(run).damage] == [3]


@pytest.mark.anyio
async def test_evaluate_resume_and_regrade_leave_a_sound_run(options, write_samples, anyio_backend):
    samples = write_samples([("add/0", body(1)), ("add/1", body(2, "failed"))])
    made = options(samples)
    await evaluate.evaluate(made)
    assert not verify(made.out).damage
    shutil.copytree(made.out, made.out.with_name("copy"))
    (made.out / seal.NAME).unlink()
    (made.out / report.NAME).unlink()
    await evaluate.evaluate(made.model_copy(update={"resume": True}))
    assert verify(made.out).sealed
    path = made.out / journal.NAME
    flipped = [
        each.model_copy(update={"verdict": Verdict.TIMEOUT}) for each in journal.current(path)
    ]
    path.unlink()
    with journal.Journal(made.out) as book:
        for each in flipped:
            book.append(each)
    seal.write(made.out)
    assert regrade.regrade(made.out).changed
    found = verify(made.out)
    assert not found.damage
    assert found.sealed


def test_manifest_of_a_run_says_what_it_rests_on(options, write_samples):
    made = options(write_samples([("add/0", body(1))]), model="m", tags=("a", "b"))
    anyio.run(evaluate.evaluate, made)
    stored = json.loads((made.out / manifest.NAME).read_text())
    assert len(stored["engine_sha256"]) == len(stored["tasks_sha256"]) == 64
    assert (stored["model"], stored["tags"]) == ("m", ["a", "b"])
    assert stored["images"] == ["host"]
    assert dict(stored["host_facts"])["system"].startswith("Linux")


def test_verify_of_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(UsageError, match="no run in"):
        verify(tmp_path)
