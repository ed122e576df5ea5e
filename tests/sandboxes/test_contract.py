"""What every sandbox must do, for every member of the family that opens here."""

import os

import pytest

from grader import plugins
from grader.core.execution import CompletionWord, StepEnd
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, PlannedFile, Program, Step
from grader.core.task import Image
from grader.engine.proof import programs as canary
from grader.errors import SandboxError
from grader.sandboxes.base import Freshness, ProviderSettings

pytestmark = pytest.mark.anyio
LIMITS = Limits(cpu_s=2, wall_s=5, memory_mb=256, output_kb=64)
PLAN = Plan(image=Image(), limits=LIMITS, steps=())


MEMBERS = [
    name
    for name in plugins.names("sandboxes")
    if not getattr(plugins.load("sandboxes", name), "RUNS_NOTHING", False)
]


def marked(name):
    return pytest.param(name, marks=pytest.mark.docker) if name == "docker" else name


@pytest.fixture(params=[marked(name) for name in MEMBERS])
def member(request):
    """A member that really runs programs."""
    return plugins.load("sandboxes", request.param)


@pytest.fixture(params=list(Freshness))
async def provider(member, request):
    opened = member.open_provider(ProviderSettings(run_id="contract", fresh=request.param))
    try:
        made = await opened.__aenter__()
    except SandboxError as error:
        if member.__name__.endswith("docker") and os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    if not getattr(made, "runs_programs", True):
        pytest.skip("no image for slots; make it with scripts/base-image bookworm")
    yield made
    await opened.__aexit__(None, None, None)


async def run(provider, *steps, limits=LIMITS):
    async with provider.sandbox(PLAN) as sandbox:
        return [await sandbox.run(step, limits) for step in steps]


async def test_every_canary_is_told_apart(provider):
    wrong = [each for each in await canary.check(provider) if not each.passed]
    assert wrong == []


async def test_program_gets_files_and_standard_input(provider):
    program = Program(source="print(open('a/b.txt').read() + input())")
    step = Step(
        name="read",
        action=program,
        stdin=b"from stdin\n",
        files=(PlannedFile(path="a/b.txt", data=b"from a file, "),),
    )
    (result,) = await run(provider, step)
    assert (result.completion.said, result.stdout) == (
        CompletionWord.DONE,
        b"from a file, from stdin\n",
    )


async def test_command_gives_status_and_both_streams(provider):
    script = "echo out; echo err >&2; exit 7"
    (result,) = await run(provider, Step(name="sh", action=Command(argv=("sh", "-c", script))))
    assert (result.ended, result.code) == (StepEnd.EXIT, 7)
    assert (result.stdout, result.stderr) == (b"out\n", b"err\n")


async def test_missing_command_is_the_steps_failure(provider):
    (result,) = await run(provider, Step(name="x", action=Command(argv=("no-such-command",))))
    assert (result.ended, result.code) == (StepEnd.EXIT, 127)


async def test_output_is_kept_byte_for_byte(provider):
    source = "import os\nos.write(1, bytes(range(256)))\nos.write(2, b'\\xff\\x00\\x1b[2J')"
    (result,) = await run(provider, Step(name="bytes", action=Program(source=source)))
    assert (result.stdout, result.stderr) == (bytes(range(256)), b"\xff\x00\x1b[2J")


async def test_output_at_the_cap_is_whole_and_one_byte_more_is_too_much(provider):
    cap = LIMITS.output_kb << 10
    sources = [f"import os\nos.write(1, b'x' * {cap + more})" for more in (0, 1)]
    steps = [Step(name="out", action=Program(source=source)) for source in sources]
    whole, over = await run(provider, *steps)
    assert (whole.ended, len(whole.stdout)) == (StepEnd.EXIT, cap)
    assert (over.ended, len(over.stdout)) == (StepEnd.OUTPUT, cap)


async def test_collected_files_come_back(provider):
    source = "import os\nos.makedirs('a/b')\nopen('a/b/c', 'w').write('deep')\nopen('top', 'w')"
    step = Step(name="c", action=Program(source=source), collect=("a/b/c", "top", "absent"))
    (result,) = await run(provider, step)
    assert dict(result.collected) == {"a/b/c": b"deep", "top": b""}


@pytest.mark.parametrize(
    "source",
    [
        "os.symlink('/etc/passwd', 'wanted')",
        "os.symlink('/etc', 'folder'); os.symlink('/etc', 'deep')",
        "os.mkfifo('wanted'); keep = os.open('wanted', os.O_RDWR)",
        "os.mkdir('wanted'); os.mkdir('wanted/passwd')",
        "import socket; socket.socketpair()[0]; os.symlink('/dev/zero', 'wanted')",
        "open('wanted', 'w').write('x'); os.chmod('wanted', 0); os.unlink('wanted')",
    ],
    ids=["link", "linked folder", "fifo", "folder", "device", "gone"],
)
async def test_only_plain_files_are_collected(provider, source):
    """Nothing else may be read, waited for, or make a sample look like our trouble."""
    wanted = ("wanted", "folder/passwd", "deep/hostname", "../etc/passwd", "/etc/passwd")
    step = Step(name="c", action=Program(source=f"import os; {source}"), collect=wanted)
    (result,) = await run(provider, step)
    assert (result.completion.said, result.collected) == (CompletionWord.DONE, ())


async def test_large_collected_file_is_cut(provider):
    source = "open('big', 'w').truncate(1 << 25)"
    (result,) = await run(provider, Step(name="c", action=Program(source=source), collect=("big",)))
    assert len(dict(result.collected)["big"]) == LIMITS.output_kb << 10


async def test_steps_of_different_plans_do_not_meet(provider):
    write = Step(name="w", action=Program(source="open('left', 'w').write('x')"))
    look = Step(name="r", action=Program(source="import os; print(os.path.exists('left'))"))
    await run(provider, write)
    (result,) = await run(provider, look)
    assert result.stdout == b"False\n"


async def test_processor_time_of_all_processes_counts(provider):
    source = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        os._exit(0)
for _ in range(2):
    os.wait()
"""
    (result,) = await run(provider, Step(name="cpu", action=Program(source=source)))
    assert result.completion.said is CompletionWord.DONE
    assert 0.35 < result.cpu_s < 1.0


async def test_earlier_programs_are_not_in_memory(provider):
    """A process is a copy of the one that forked it: that one must have forgotten them."""
    scan = """
import os
wanted = bytes([word ^ 1 for word in MASKED])
own = open('/proc/self/mem', 'rb', 0)
found = 0
for line in open('/proc/self/maps'):
    place, rights = line.split()[:2]
    first, last = (int(word, 16) for word in place.split('-'))
    if 'w' not in rights or last - first > 1 << 28:
        continue
    own.seek(first)
    data = own.read(last - first)
    found += data.count(wanted)
print(found)
"""
    marker = b"# the-right-answer-" + str(id(provider)).encode()
    masked = str([word ^ 1 for word in marker])
    first = Step(name="first", action=Program(source=f"x = 1 {marker.decode()}\n"))
    second = Step(name="second", action=Program(source=scan.replace("MASKED", masked)))
    await run(provider, first)
    (result,) = await run(provider, second)
    assert result.stdout == b"1\n"  # its own `wanted`


async def test_limits_are_those_of_each_step(provider):
    """Whichever step came before: what is lowered for one must not stay lowered."""
    source = (
        "import resource\n"
        "kinds = resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU\n"
        "print(*(resource.getrlimit(kind)[1] for kind in kinds))"
    )
    step = Step(name="limits", action=Program(source=source))
    small = LIMITS.model_copy(update={"memory_mb": 128, "cpu_s": 1.0})
    said = []
    for limits in (small, LIMITS, small, LIMITS):
        async with provider.sandbox(PLAN.model_copy(update={"limits": limits})) as sandbox:
            result = await sandbox.run(step, limits)
        said.append([int(word) for word in result.stdout.split()])
    assert said[0] == said[2] and said[1] == said[3]
    assert said[0][0] < said[1][0] and said[0][2] < said[1][2]
    assert all(disk == LIMITS.disk_mb << 20 for _, disk, _ in said)


async def test_a_program_begins_as_a_process_of_its_own(provider):
    source = """
import os, signal, threading
assert threading.get_native_id() == os.getpid() == os.getpgrp()
signal.pthread_kill(threading.get_ident(), 0)
assert sorted(os.listdir('/proc/self/fd'))[:3] == ['0', '1', '2']
assert not os.get_inheritable(3)
assert len(os.listdir('/proc/self/fd')) <= 5
done = []
thread = threading.Thread(target=done.append, args=(1,))
thread.start()
thread.join()
assert done == [1]
if not (child := os.fork()):
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
try:
    os.abort() if os.fork() == 0 else os.wait()
finally:
    print('whole')
"""
    (result,) = await run(provider, Step(name="own", action=Program(source=source)))
    assert result.stdout == b"whole\n", result.completion


async def test_programs_that_leave_files_and_processes_are_forgotten_too(provider):
    """What begins anew after them must not have learned what they were."""
    marker = b"# an-old-secret-" + str(id(provider)).encode()
    leaving = f"""
import os
open('left', 'w').write('x')
if os.fork() == 0:
    while True: pass
{marker.decode()}
"""
    scan = f"""
wanted = bytes([word ^ 1 for word in {[word ^ 1 for word in marker]}])
found = 0
own = open('/proc/self/mem', 'rb', 0)
for line in open('/proc/self/maps'):
    place, rights = line.split()[:2]
    first, last = (int(word, 16) for word in place.split('-'))
    if 'w' in rights and last - first <= 1 << 28:
        own.seek(first)
        found += own.read(last - first).count(wanted)
print(found)
"""
    for _ in range(3):
        await run(provider, Step(name="leaving", action=Program(source=leaving)))
        (result,) = await run(provider, Step(name="scan", action=Program(source=scan)))
        assert result.stdout == b"1\n"  # its own `wanted`
