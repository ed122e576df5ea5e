"""Two commands that talk over pipes, and files that one step leaves for the next."""

import anyio
import pytest

from grader.core.execution import StepEnd
from grader.core.limits import Limits
from grader.core.plan import Command, CommandInterview, Plan, PlannedFile, Step
from grader.engine.drive import execute
from grader.sandboxes import local
from grader.sandboxes.base import Freshness, ProviderSettings

LIMITS = Limits(cpu_s=5.0, wall_s=10.0, memory_mb=256, pids=64)
pytestmark = pytest.mark.parametrize("fresh", list(Freshness))


def shell(text):
    return Command(argv=("sh", "-c", text))


def carried_out(fresh, *steps, limits=LIMITS):
    async def run():
        settings = ProviderSettings(run_id="pair", fresh=fresh)
        async with local.open_provider(settings) as provider:
            return await execute(Plan(limits=limits, steps=steps), provider)

    return anyio.run(run).steps


def asked(fresh, candidate, checker, *, limits=LIMITS, files=(), secret=()):
    action = CommandInterview(
        candidate=shell(candidate), checker=shell(checker), checker_files=secret
    )
    step = Step(name="interview", action=action, files=files, stop_on_failure=False)
    return carried_out(fresh, step, limits=limits)[0]


def test_command_pair_talks_over_descriptors_three_and_four(fresh):
    result = asked(
        fresh,
        "read question <&3; echo answer to $question >&4; cat <&3; echo over",
        "echo life >&4; read answer <&3; echo got $answer; exit 5",
    )
    assert result.checker.stdout == b"got answer to life\n"
    assert (result.checker.ended, result.checker.code) == (StepEnd.EXIT, 5)
    assert (result.stdout, result.ended, result.code) == (b"over\n", StepEnd.EXIT, 0)


def test_command_pair_tells_a_checker_that_its_candidate_left(fresh):
    result = asked(fresh, "exit 0", "read answer <&3 || exit 97")
    assert result.checker.code == 97
    assert result.code == 0


def test_command_pair_ends_a_candidate_that_nobody_asks_any_more(fresh):
    result = asked(fresh, "exec 3<&-; sleep 100", "exit 0")
    assert result.checker.code == 0
    assert result.evidence == "stopped"


def test_command_pair_says_which_limit_a_candidate_met(fresh):
    limits = LIMITS.model_copy(update={"cpu_s": 0.5})
    result = asked(fresh, "while :; do :; done", "read answer <&3 || exit 97", limits=limits)
    assert (result.ended, result.evidence) == (StepEnd.TIMEOUT, "cpu limit")
    assert result.checker.code == 97


def test_command_pair_shows_a_candidate_nothing_of_its_checkers_place(fresh):
    secret = (PlannedFile(path="secret", data=b"42"),)
    result = asked(
        fresh,
        "ls /work; ls /proc | grep -c '^[0-9]'; cat /proc/*/environ 2>/dev/null | grep -c KEY",
        "KEY=1 sh -c 'cat secret; cat <&3'",
        secret=secret,
    )
    assert result.checker.stdout == b"42"
    assert b"secret" not in result.stdout
    assert result.stdout.split()[-1] == b"0"


def test_kept_files_are_in_place_for_later_steps_and_nothing_else_is(fresh):
    build = Step(
        name="build",
        action=shell("printf '#!/bin/sh\\necho built\\n' > a; chmod +x a; echo other > b"),
        keep=("a",),
    )
    run = Step(name="run", action=shell("./a; ls; echo left > c"))
    again = Step(name="again", action=shell("ls; ./a; pwd > /dev/null"))
    steps = carried_out(fresh, build, run, again)
    assert [each.stdout for each in steps[1:]] == [b"built\na\n", b"a\nbuilt\n"]
    assert steps[0].collected == ()


def test_kept_files_are_as_they_were_whatever_a_run_did_to_them_and_gone_for_the_next_plan(fresh):
    async def run():
        settings = ProviderSettings(run_id="pair", fresh=fresh)
        build = Step(name="build", action=shell("echo 1 > a"), keep=("a",))
        spoil = Step(name="spoil", action=shell("rm -f a; mkdir -p a b/c; echo 2 > /tmp/d; ls"))
        look = Step(name="look", action=shell("cat a; ls /tmp /work /dev/shm; stat -c %a /work"))
        bare = Step(name="bare", action=shell("ls -A /tmp /work /dev/shm | grep -c '^[a-z]'"))
        async with local.open_provider(settings) as provider:
            first = await execute(Plan(limits=LIMITS, steps=(build, spoil, look)), provider)
            second = await execute(Plan(limits=LIMITS, steps=(bare,)), provider)
        return first.steps[2].stdout, second.steps[0].stdout

    seen, later = anyio.run(run)
    assert seen.split() == [b"1", b"/dev/shm:", b"/tmp:", b"/work:", b"a", b"1777"]
    assert later == b"0\n"


def test_kept_files_that_are_links_are_not_there(fresh):
    build = Step(name="build", action=shell("ln -s /etc/passwd a; mkdir b"), keep=("a", "b"))
    run = Step(name="run", action=shell("ls -a | wc -l"))
    assert carried_out(fresh, build, run)[1].stdout.strip() == b"2"


def test_second_build_makes_the_file_of_the_first_anew(fresh):
    def build(word):
        made = shell(f"echo {word} > new && mv new a")
        return Step(name=f"build {word}", action=made, keep=("a",))

    look = Step(name="look", action=shell("cat a"))
    steps = carried_out(fresh, build("one"), look, build("two"), look)
    assert [each.stdout for each in steps[1::2]] == [b"one\n", b"two\n"]
