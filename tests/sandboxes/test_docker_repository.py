"""One container per plan: what its commands get, and how they end."""

import os
import time

import pytest

from grader.core.container import ContainerOptions
from grader.core.execution import DISK_LIMIT, StepEnd
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, PlannedFile, Program, Step
from grader.core.task import Image
from grader.errors import ImageError, SandboxError
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import open_provider

pytestmark = [pytest.mark.anyio, pytest.mark.docker]
LIMITS = Limits(cpu_s=20, wall_s=30, memory_mb=512, pids=128, output_kb=64)
RUN = f"repository{os.getpid()}"


@pytest.fixture
async def provider(slot_image):
    async with open_provider(ProviderSettings(run_id=RUN)) as made:
        yield made


def sh(script, *, name="step", limits=None, collect=(), files=(), stdin=b"", **action):
    command = Command(argv=("sh", "-c", script), **action)
    return Step(name=name, action=command, limits=limits, collect=collect, files=files, stdin=stdin)


def plan_of(*steps, image=None):
    return Plan(image=Image(name=image or ContainerOptions().image), limits=LIMITS, steps=steps)


async def run(provider, *steps):
    plan = plan_of(*steps)
    async with provider.sandbox(plan) as sandbox:
        return [await sandbox.run(step, step.limits or LIMITS) for step in steps]


def ours(engine):
    return engine.containers(all=True, filters={"label": f"grader.run={RUN}"})


async def test_command_gives_status_and_both_streams(provider):
    (result,) = await run(provider, sh("echo out; echo err >&2; exit 7"))
    assert (result.ended, result.code) == (StepEnd.EXIT, 7)
    assert (result.stdout, result.stderr) == (b"out\n", b"err\n")


async def test_merged_output_keeps_the_order_of_writing(provider):
    (result,) = await run(provider, sh("echo a; echo b >&2; echo c", merged=True))
    assert (result.stdout, result.stderr) == (b"a\nb\nc\n", b"")


async def test_command_gets_files_input_folder_environment_and_user(provider):
    step = sh(
        "cat /given/file -; pwd; echo $WORD; id -un",
        files=(PlannedFile(path="/given/file", data=b"\xff file\n"),),
        stdin=b"input\n",
        cwd="/tmp",
        env=(("WORD", "hello"),),
        user="nobody",
    )
    (result,) = await run(provider, step)
    assert result.stdout == b"\xff file\ninput\n/tmp\nhello\nnobody\n"


@pytest.mark.parametrize("argv", [("no-such-command",), ("/etc/passwd",)])
async def test_command_that_cannot_run_is_the_steps_failure(provider, argv):
    (result,) = await run(provider, Step(name="x", action=Command(argv=argv)))
    assert result.ended is StepEnd.EXIT
    assert result.code in {126, 127}


async def test_folder_that_is_gone_is_the_steps_failure(provider):
    (result,) = await run(provider, sh("true", cwd="/no/such/folder"))
    assert (result.ended, result.code) == (StepEnd.EXIT, 127)


async def test_command_that_fills_the_disk_is_ended_and_a_modest_one_is_not(provider):
    fill = "for i in 1 2 3 4; do head -c 30000000 /dev/zero >/var/tmp/$i; done; sleep 20"
    (result,) = await run(provider, sh(fill))
    assert (result.ended, result.evidence) == (StepEnd.OUTPUT, DISK_LIMIT)
    assert result.wall_s < 15
    modest = "head -c 30000000 /dev/zero >/var/tmp/1; sleep 3; echo there"
    (result,) = await run(provider, sh(modest))
    assert (result.ended, result.stdout) == (StepEnd.EXIT, b"there\n")


async def test_no_file_grows_beyond_the_limit_on_the_disk(provider):
    (result,) = await run(provider, sh("head -c 70000000 /dev/zero >/big; stat -c %s /big"))
    assert int(result.stdout) == LIMITS.disk_mb << 20


async def test_files_stay_from_step_to_step_and_processes_do_not(provider):
    leave = sh("echo kept >/kept; sleep 1000 & sleep 1000 & exit 0")
    look = sh("cat /kept; for each in /proc/[0-9]*; do cat $each/comm; done | grep -c sleep")
    began = time.monotonic()
    _, result = await run(provider, leave, look)
    assert result.stdout == b"kept\n0\n"
    assert time.monotonic() - began < 10  # nobody waited for the sleepers


@pytest.mark.parametrize("collect", ["/made/file", "made/file"])
async def test_plain_files_come_back_cut_at_the_cap(provider, collect):
    script = "mkdir -p /made; head -c 100000 /dev/zero >/made/file; ln -s /etc/passwd /made/link"
    step = sh(script, collect=(collect, "/made/link", "/made", "/absent", "/dev/null"))
    (result,) = await run(provider, step)
    assert dict(result.collected) == {collect: bytes(LIMITS.output_kb << 10)}


async def test_deadline_ends_everything_and_keeps_what_was_said(provider):
    short = LIMITS.model_copy(update={"wall_s": 1.0})
    stubborn = "trap '' TERM INT HUP; (trap '' TERM; sleep 1000) & echo partial; sleep 1000"
    late, after = await run(provider, sh(stubborn, limits=short), sh("echo here"))
    assert (late.ended, late.evidence, late.stdout) == (StepEnd.TIMEOUT, "wall limit", b"partial\n")
    assert 1.0 <= late.wall_s < 6.0
    assert after.stdout == b"here\n"


async def test_processor_time_is_limited_over_all_processes(provider):
    short = LIMITS.model_copy(update={"cpu_s": 0.6})
    script = "for i in 1 2 3; do (while :; do :; done) & done; wait"
    (result,) = await run(provider, sh(script, limits=short))
    assert (result.ended, result.evidence) == (StepEnd.TIMEOUT, "cpu limit")
    assert result.cpu_s >= 0.6


async def test_memory_is_told_by_the_kernel(provider):
    hog = Step(
        name="hog",
        action=Command(argv=("python3", "-c", "x = bytearray(b'x') * (900 << 20)")),
    )
    result, after = await run(provider, hog, sh("echo here"))
    assert (result.ended, result.evidence) == (StepEnd.MEMORY, "oom_kill")
    assert (after.ended, after.stdout) == (StepEnd.EXIT, b"here\n")


async def test_flood_ends_the_step_or_loses_its_middle(provider):
    cut = sh("echo first; yes | head -c 3000000; echo last", overflow="cut")
    end, cut = await run(provider, sh("yes"), cut)
    cap = LIMITS.output_kb << 10
    assert (end.ended, len(end.stdout), end.truncated) == (StepEnd.OUTPUT, cap, ("stdout",))
    assert (cut.ended, cut.code, cut.truncated) == (StepEnd.EXIT, 0, ("stdout",))
    assert cut.stdout.startswith(b"first\ny\n")
    assert cut.stdout.endswith(b"y\nlast\n")
    assert b"bytes cut" in cut.stdout
    assert len(cut.stdout) < cap + 100


async def test_fork_bomb_is_ended(provider):
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    short = LIMITS.model_copy(update={"wall_s": 2.0, "cpu_s": 3.0})
    step = Step(name="bomb", action=Command(argv=("python3", "-c", bomb)), limits=short)
    result, after = await run(provider, step, sh("echo here"))
    assert result.ended is StepEnd.TIMEOUT
    assert after.stdout == b"here\n"


async def test_sample_cannot_end_its_container(provider):
    script = "for s in KILL TERM INT HUP QUIT USR1 STOP; do kill -$s 1; kill -$s -1; done; exit 3"
    result, after = await run(provider, sh(script), sh("echo here"))
    assert result.ended is StepEnd.EXIT
    assert after.stdout == b"here\n"


async def test_network_is_there_for_set_up_only(provider):
    open_ = LIMITS.model_copy(update={"network": True})
    look = "ls /sys/class/net | tr '\\n' ' '"
    before, after = await run(provider, sh(look, limits=open_), sh(look))
    assert before.stdout == b"eth0 lo "
    assert after.stdout == b"lo "


async def test_container_has_few_rights(provider):
    script = "grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; mount -t tmpfs x /mnt"
    (result,) = await run(provider, sh(script))
    assert result.stdout.split() == [b"CapEff:", b"00000000000004fb", b"NoNewPrivs:", b"1",
                                     b"Seccomp:", b"2"]  # fmt: skip
    assert result.code != 0


async def test_container_is_gone_after_its_plan(provider, engine):
    async with provider.sandbox(plan_of()) as sandbox:
        assert len(ours(engine)) >= 1
        before = {each["Id"] for each in ours(engine)}
        assert sandbox.id in before
    assert sandbox.phases["teardown"] < 5
    assert before - {each["Id"] for each in ours(engine)}


async def test_container_ended_from_outside_is_our_trouble(provider, engine):
    with pytest.raises(SandboxError):
        async with provider.sandbox(plan_of()) as sandbox:
            engine.kill(sandbox.id)
            await sandbox.run(sh("sleep 5"), LIMITS)


async def test_missing_image_names_all_that_were_tried(provider):
    image = Image(name="127.0.0.1:1/none:1", others=("grader/no-such:2",))
    plan = Plan(image=image, limits=LIMITS, steps=())
    provider.options = provider.options.model_copy(update={"pull": "never"})
    with pytest.raises(ImageError, match=r"127.0.0.1:1/none:1.*grader/no-such:2"):
        async with provider.sandbox(plan):
            pass


async def test_image_is_pinned_by_content(provider):
    plan = plan_of(sh("true"))
    async with provider.sandbox(plan) as sandbox:
        assert sandbox.image_digest.startswith("sha256:")


async def test_programs_need_a_slot(provider):
    with pytest.raises(SandboxError, match="commands only"):
        await run(provider, Step(name="p", action=Program(source="1")))


async def test_nobody_answers():
    settings = ProviderSettings(
        run_id=RUN, containers=ContainerOptions(host="unix:///no/such.sock")
    )
    with pytest.raises(SandboxError, match=r"no container engine answers at unix:///no/such\.sock"):
        async with open_provider(settings):
            pass


async def test_container_that_only_reads_has_no_capability(slot_image):
    options = ContainerOptions(capabilities=False)
    async with open_provider(ProviderSettings(run_id=RUN, containers=options)) as reader:
        (result,) = await run(
            reader, sh("id -u; grep Cap /proc/self/status; grep -c : /proc/net/dev")
        )
    user, *capabilities, devices = result.stdout.split(b"\n")[:-1]
    assert (user, devices) == (b"0", b"1")
    assert {int(line.split()[1], 16) for line in capabilities} == {0}
