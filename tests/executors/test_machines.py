"""What a driver believes of its machines: chunks, canaries, losses, lies, each result once."""

import json

import anyio
import pytest

from grader.core.result import Result
from grader.errors import ProviderError, UsageError
from grader.executors._machines import queue, roster
from grader.executors._machines.machine import AskedJob
from tests.executors.machines_here import DeskLink, desk, dispatching, graded, job

pytestmark = pytest.mark.anyio
MARKERS = ("done", "failed", "error", "timeout")
MEANT = {"done": "passed", "failed": "failed", "error": "error", "timeout": "timeout"}


def jobs(count):
    return [job(number, marker=MARKERS[number % 4]) for number in range(count)]


def wrong(found, count):
    meant = {number: MEANT[MARKERS[number % 4]] for number in range(count)}
    return {n: (v, meant[n]) for n in meant if (v := found[n].verdict.value) != meant[n]}


async def through(links, count, **more):
    async with dispatching(links, **more) as dispatcher:
        found = await graded(dispatcher, jobs(count))
        return found, dispatcher.placement


async def test_machines_give_each_job_its_own_verdict():
    async with desk() as one:
        found, placement = await through([DeskLink("a", one), DeskLink("b", one)], 400)
    assert not wrong(found, 400)
    assert {found[n].execution.host for n in found} == {"a", "b"}
    assert sum(each.samples for each in placement.machines) == 400
    assert placement.run_twice == 0


async def test_no_machine_has_more_than_two_chunks():
    async with desk() as one:
        link = DeskLink("a", one)
        await through([link], 600)
    assert link.most == 2
    assert max(link.sizes) <= 102


async def test_jobs_of_a_machine_that_goes_away_are_graded_elsewhere():
    async def dies(link, line):
        if link.lines > 60:
            link.is_there = False
        return line

    notes = []
    async with desk() as one:
        links = [DeskLink("a", one), DeskLink("b", one, change=dies)]
        found, placement = await through(links, 600, notes=notes)
    assert not wrong(found, 600)
    assert placement.machines[1].losses == 1
    assert any("b: lost" in note for note in notes)


async def test_machine_that_returns_is_used_again():
    async def breaks(link, line):
        return None if link.lines in (30, 200) else line

    async with desk() as one:
        links = [DeskLink("a", one, change=breaks)]
        found, placement = await through(links, 500)
    assert not wrong(found, 500)
    assert placement.machines[0].state == "ready"
    assert placement.machines[0].losses >= 1


def flipped(line, *, to):
    told = json.loads(line)
    if "result" in told and told["result"]["verdict"] in {"passed", "failed"}:
        told["result"]["verdict"] = to
    return json.dumps(told).encode()


async def passes_all(link, line):
    return flipped(line, to="passed")


async def fails_all(link, line):
    return flipped(line, to="failed")


async def mixes_up(link, line):
    """Gives each answer for the one before it."""
    told = json.loads(line)
    if "result" not in told:
        return line
    before, link.before = getattr(link, "before", told), told
    return json.dumps({"n": told["n"], "result": before["result"]}).encode()


def as_if_done(told):
    """Facts of a pass in place of whatever happened."""
    step = {
        "ended": "exit",
        "checker": {"name": "checker", "ended": "exit", "completion": {"said": "done"}},
    }
    steps = [{"name": "interview", **step}]
    told["result"]["execution"]["steps"] = steps
    told["result"].update(verdict="passed", reason="", trust="separated")


async def forges_facts(link, line):
    told = json.loads(line)
    if "result" in told:
        as_if_done(told)
    return json.dumps(told).encode()


@pytest.mark.parametrize("lie", [passes_all, fails_all, mixes_up, forges_facts])
async def test_nothing_of_a_machine_that_lies_is_kept(lie):
    notes = []
    async with desk() as one:
        links = [DeskLink("liar", one, change=lie), DeskLink("b", one)]
        found, placement = await through(links, 400, notes=notes)
    assert not wrong(found, 400)
    assert placement.machines[0].state == "drained"
    assert placement.machines[0].samples == 0
    assert any("liar: drained" in note for note in notes)


async def test_what_a_machine_graded_lately_is_done_again_when_it_begins_to_lie():
    async def turns(link, line):
        if link.chunks > 2:
            return await forges_facts(link, line)
        return line

    async with desk() as one:
        liar = DeskLink("liar", one, change=turns)
        found, placement = await through([liar, DeskLink("b", one)], 700)
    assert not wrong(found, 700)
    share = placement.machines[0]
    assert share.state == "drained"
    assert share.again > 0


ANSWER = {"task_id": "add", "index": 0, "verdict": "passed", "engine_version": "0.1.0"}
NONSENSE = {
    "no json": b"what?",
    "nothing": b"{}",
    "deep": b'{"result":' + b"[" * 5000,
    "unknown field": b'{"n":1,"more":2}',
    "a verdict without facts": json.dumps({"n": 1, "result": ANSWER}).encode(),
    "not asked for": json.dumps({"n": 10**9, "result": ANSWER}).encode(),
    "done before its time": b'{"done":{"count":2,"here_s":0}}',
    "endless time": b'{"done":{"count":2,"here_s":1e999}}',
}


@pytest.mark.parametrize("line", NONSENSE.values(), ids=NONSENSE)
async def test_machine_that_answers_nonsense_is_drained(line):
    async def says(link, _):
        return line

    async with desk() as one:
        found, placement = await through([DeskLink("a", one, change=says), DeskLink("b", one)], 40)
    assert not wrong(found, 40)
    assert placement.machines[0].state == "drained"


FIELDS = {
    "plan_digest": "../../../etc/passwd",
    "same_as": 3,
    "cached_from": "another-run",
    "attempts": -1,
    "engine_version": "9.9",
    "solution_share": 7.0,
}
STEP = {"wall_s": -1.0, "cpu_s": 1e300, "peak_mb": -0.5, "code": 10**15}


@pytest.mark.parametrize(("place", "value"), [*FIELDS.items(), *STEP.items()])
async def test_answers_with_what_no_machine_can_have_seen_are_refused(place, value):
    async def says(link, line):
        told = json.loads(line)
        if "result" in told:
            at = told["result"]["execution"]["steps"][0] if place in STEP else told["result"]
            at[place] = value
        return json.dumps(told).encode()

    async with desk() as one:
        found, placement = await through([DeskLink("a", one, change=says), DeskLink("b", one)], 40)
    assert not wrong(found, 40)
    assert placement.machines[0].state == "drained"


async def test_machine_that_names_another_sample_gains_nothing():
    async def renames(link, line):
        told = json.loads(line)
        if "result" in told:
            told["result"].update(
                task_id="another", index=7, sample_digest="f" * 16, known_broken="x"
            )
        return json.dumps(told).encode()

    async with desk() as one:
        found, _ = await through([DeskLink("a", one, change=renames)], 40)
    assert {result.task_id for result in found.values()} == {"add"}
    assert {result.known_broken for result in found.values()} == {""}


async def test_slow_machine_gets_its_share_only():
    async def slow(link, line):
        if b"result" in line:
            await anyio.sleep(0.01)
        return line

    async with desk() as one:
        links = [DeskLink("quick", one), DeskLink("slow", one, change=slow)]
        found, placement = await through(links, 600)
    quick, late = (each.samples for each in placement.machines)
    assert not wrong(found, 600)
    assert late < quick / 2


async def test_straggler_s_jobs_are_done_by_who_is_idle(monkeypatch):
    monkeypatch.setattr(queue, "STRAGGLES_S", 0.3)
    monkeypatch.setattr(queue, "STRAGGLES", 0.1)
    stuck = anyio.Event()

    async def stops(link, line):
        if link.chunks > 2:
            await stuck.wait()
        return line

    async with desk() as one:
        links = [DeskLink("a", one), DeskLink("stuck", one, change=stops)]
        async with dispatching(links) as dispatcher:
            with anyio.fail_after(60):
                found = await graded(dispatcher, jobs(300))
            placement = dispatcher.placement
            stuck.set()
    assert not wrong(found, 300)
    assert placement.machines[1].stragglers > 0


@pytest.mark.parametrize(("second", "differing"), [("passed", 0), ("failed", 1)])
async def test_first_complete_result_counts_and_what_differs_is_told(second, differing):
    async with desk() as one:
        links = [DeskLink("a", one), DeskLink("b", one)]
        async with dispatching(links) as dispatcher:
            asked, counter = AskedJob(job(1)), dispatcher.results
            first = Result(task_id="add", index=1, verdict="passed")
            counter.finish(asked, first, "a")
            other = Result(task_id="add", index=1, verdict=second)
            counter.hand_out(dispatcher.roster.machines[1], [(asked, other)])
            placement = dispatcher.placement
    assert asked.result is first
    assert placement.run_twice == 1
    assert [(each.kept, each.other) for each in placement.unlike] == [
        ("passed", second)
    ] * differing


async def test_other_engine_is_refused_by_name_and_the_rest_go_on():
    notes = []

    def check(facts):
        return "grader 9.9 of another source" if facts.host == "old" else ""

    async with desk() as one:
        links = [DeskLink("old", one), DeskLink("b", one)]
        found, placement = await through(links, 100, notes=notes, check=check)
    assert not wrong(found, 100)
    assert placement.machines[0].state == "refused"
    assert any("old: refused: grader 9.9" in note for note in notes)


async def test_run_without_any_fitting_machine_is_the_caller_s_mistake():
    async with desk() as one:
        with pytest.raises(UsageError, match=r"no machine will do.*too old"):
            await through([DeskLink("a", one)], 1, check=lambda _: "too old")


async def test_run_whose_machines_all_lie_ends():
    async with desk() as one:
        with pytest.raises(ProviderError, match="no machine is left"):
            await through([DeskLink("a", one, change=passes_all)], 40)


async def test_sample_that_takes_machines_with_it_is_left_ungraded_and_no_other(monkeypatch):
    monkeypatch.setattr(roster, "PAUSE_MOST_S", 0.05)
    monkeypatch.setattr(roster, "PAUSE_S", 0.05)

    class KilledLink(DeskLink):
        def answers(self, chunk):
            self.kills = b"# 13\\n" in chunk
            return super().answers(chunk)

    async def dies(link, line):
        return None if link.kills else line

    async with desk() as one:
        found, _ = await through([KilledLink("a", one, change=dies)], 30)
    left = [n for n, result in found.items() if result.verdict.value == "ungraded"]
    assert left == [13]
    assert "machines went away" in found[13].reason


async def test_machine_that_cannot_grade_gives_its_samples_to_others():
    async def full_disk(link, line):
        told = json.loads(line)
        if "result" in told:
            told["result"] = {
                **ANSWER,
                "verdict": "ungraded",
                "cause": "sandbox",
                "reason": "disk full",
            }
        return json.dumps(told).encode()

    async with desk() as one:
        links = [DeskLink("full", one, change=full_disk), DeskLink("b", one)]
        found, placement = await through(links, 200)
    assert not wrong(found, 200)
    assert placement.machines[0].samples == 0


async def test_chunk_that_is_asked_again_is_not_run_again():
    async with desk() as one:
        link = DeskLink("a", one)
        async with dispatching([link]) as dispatcher:
            await graded(dispatcher, jobs(40))
        first = next(iter(one._runs.values())).agent._numbers
        async with dispatching([link]) as dispatcher:
            found = await graded(dispatcher, jobs(40))
        again = next(iter(one._runs.values())).agent._numbers - first
    assert not wrong(found, 40)
    assert again < 20  # canaries alone are new
