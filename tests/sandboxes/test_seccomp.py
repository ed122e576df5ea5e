"""The system-call filter, run instruction by instruction as the kernel would."""

import ctypes
import struct

import pytest

from grader.sandboxes._slot import seccomp

MACHINES = ["x86_64", "aarch64"]
LAST_NUMBER = 600


def answer(program: seccomp.FilterProgram, machine: str, number: int, *arguments: int) -> int:
    """What the filter returns for one call."""
    data = struct.pack(
        "=iIQ6Q", number, seccomp.AUDIT_ARCH[machine], 0, *arguments, *[0] * (6 - len(arguments))
    )
    code = ctypes.string_at(instructions(program), 8 * program.length)
    accumulator, at = 0, 0
    while True:
        kind, if_true, if_false, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        match kind:
            case seccomp.LOAD:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case seccomp.AND:
                accumulator &= value
            case seccomp.SKIP:
                at += value
            case seccomp.EQUAL:
                at += if_true if accumulator == value else if_false
            case seccomp.AT_LEAST:
                at += if_true if accumulator >= value else if_false
            case seccomp.ANY_BIT:
                at += if_true if accumulator & value else if_false
            case seccomp.RETURN:
                return value


def instructions(program: seccomp.FilterProgram) -> ctypes.c_void_p:
    """Where the instructions are: ctypes' own view of a `char *` ends at the first NUL."""
    field = seccomp.FilterProgram.filter
    return ctypes.c_void_p.from_address(ctypes.addressof(program) + field.offset)


def filter_of(machine: str, **changes: bool) -> seccomp.FilterProgram:
    internet = changes.pop("internet", True)
    return seccomp.build(machine, families=seccomp.families(internet=internet), **changes)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("weak", [False, True])
def test_every_number_gets_its_own_answer(machine, weak):
    column = MACHINES.index(machine)
    program = filter_of(machine, metered=not weak, shared_user=weak)
    denied = dict(seccomp.DENIED)
    missing = dict(seccomp.MISSING)
    pretended = dict(seccomp.SKIPPED)
    if weak:
        denied |= seccomp.OF_PATHS
        missing |= seccomp.UNMETERED
        pretended |= seccomp.RIGHTS_OF_PATHS
    wanted = dict.fromkeys(range(LAST_NUMBER), seccomp.ALLOW)
    wanted[seccomp.SOCKET[column]] = seccomp.DENY  # family 0
    wanted[seccomp.SOCKETPAIR[column]] = seccomp.DENY
    for calls, action in (
        (denied, seccomp.DENY),
        (missing, seccomp.NO_SUCH_CALL),
        (pretended, seccomp.PRETEND),
        (seccomp.PRETENDED, seccomp.PRETEND),
        (seccomp.OF_THREADS, seccomp.PRETEND),
    ):
        wanted |= {
            numbers[column]: action for numbers in calls.values() if numbers[column] is not None
        }
    assert {number: answer(program, machine, number) for number in wanted} == wanted


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_on_others_are_refused(machine):
    column = MACHINES.index(machine)
    program = filter_of(machine)
    for numbers in seccomp.OWN_ONLY.values():
        arguments = [0] * numbers[2] + [7]
        assert answer(program, machine, numbers[column], *arguments) == seccomp.DENY
        assert answer(program, machine, numbers[column]) == seccomp.ALLOW
    for numbers in seccomp.PRETENDED.values():
        arguments = [0] * numbers[2] + [7]
        assert answer(program, machine, numbers[column], *arguments) == seccomp.DENY


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_schedulers_are_pretended_but_for_the_supervisors(machine):
    column = MACHINES.index(machine)
    alone, among_others = filter_of(machine), filter_of(machine, internet=False)
    for numbers in seccomp.OF_THREADS.values():
        assert answer(alone, machine, numbers[column], 7) == seccomp.PRETEND
        assert answer(alone, machine, numbers[column], seccomp.SUPERVISOR) == seccomp.DENY
        assert answer(among_others, machine, numbers[column], 0) == seccomp.PRETEND
        assert answer(among_others, machine, numbers[column], 7) == seccomp.DENY


@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_decide_about_new_namespaces_terminals_and_sockets(machine):
    column = MACHINES.index(machine)
    program = filter_of(machine)
    for flag in range(32):
        wanted = seccomp.DENY if seccomp.CLONE_NEW >> flag & 1 else seccomp.ALLOW
        assert answer(program, machine, seccomp.CLONE[column], 1 << flag) == wanted
    for command, wanted in (
        (0x5412, seccomp.DENY),
        (0x541C, seccomp.DENY),
        (0x5413, seccomp.ALLOW),
    ):
        assert answer(program, machine, seccomp.IOCTL[column], 0, command) == wanted
    for family, wanted in (
        (1, seccomp.ALLOW),
        (2, seccomp.ALLOW),
        (10, seccomp.ALLOW),
        (16, seccomp.DENY),
    ):
        assert answer(program, machine, seccomp.SOCKET[column], family, 1 | 0x80000) == wanted


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("family", "kind", "protocol", "wanted"),
    [
        (2, 1, 6, seccomp.ALLOW),
        (10, 2 | 0x800, 17, seccomp.ALLOW),
        (1, 5, 0, seccomp.ALLOW),
        (2, 5, 0, seccomp.DENY),  # SCTP
        (2, 6, 0, seccomp.DENY),  # DCCP
        (2, 3, 1, seccomp.DENY),  # raw
        (2, 1, 262, seccomp.NO_SUCH_PROTOCOL),  # MPTCP
        (10, 2, 136, seccomp.NO_SUCH_PROTOCOL),  # UDP-Lite
        (2, 2, 1, seccomp.NO_SUCH_PROTOCOL),  # ping
        (30, 5, 0, seccomp.DENY),  # TIPC
    ],
)
def test_sockets_are_of_families_kinds_and_protocols_that_are_cleaned_up(
    machine, family, kind, protocol, wanted
):
    column = MACHINES.index(machine)
    call = seccomp.SOCKET[column]
    assert answer(filter_of(machine), machine, call, family, kind, protocol) == wanted


@pytest.mark.parametrize("machine", MACHINES)
def test_pairs_are_of_this_machine_only(machine):
    column = MACHINES.index(machine)
    for family, wanted in ((1, seccomp.ALLOW), (2, seccomp.DENY), (30, seccomp.DENY)):
        call = seccomp.SOCKETPAIR[column]
        assert answer(filter_of(machine), machine, call, family, 1) == wanted


@pytest.mark.parametrize("machine", MACHINES)
def test_buffers_of_sockets_stay_as_they_are(machine):
    column = MACHINES.index(machine)
    for level, option, wanted in (
        (1, 7, seccomp.PRETEND),
        (1, 8, seccomp.PRETEND),
        (1, 2, seccomp.ALLOW),
        (6, 7, seccomp.ALLOW),
    ):
        call = seccomp.SETSOCKOPT[column]
        assert answer(filter_of(machine), machine, call, 3, level, option) == wanted


@pytest.mark.parametrize("machine", MACHINES)
def test_files_have_names(machine):
    column = MACHINES.index(machine)
    for flags, wanted in ((0o20200002, seccomp.NO_SUCH_FLAG), (0o200101, seccomp.ALLOW)):
        program = filter_of(machine)
        assert answer(program, machine, seccomp.OPENAT[column], 0, 0, flags) == wanted
    if machine == "x86_64":
        assert answer(program, machine, 2, 0, 0o20200002) == seccomp.NO_SUCH_FLAG


@pytest.mark.parametrize("machine", MACHINES)
def test_without_a_network_namespace_only_stream_pairs_stay(machine):
    column = MACHINES.index(machine)
    program = filter_of(machine, internet=False)
    assert answer(program, machine, seccomp.SOCKET[column], 1) == seccomp.DENY
    for kind, wanted in (
        (1, seccomp.ALLOW),
        (2, seccomp.DENY),
        (2 | 0x800, seccomp.DENY),
        (5, seccomp.ALLOW),
    ):
        assert answer(program, machine, seccomp.SOCKETPAIR[column], 1, kind) == wanted
    for numbers in seccomp.CONNECTING.values():
        assert answer(program, machine, numbers[column]) == seccomp.DENY


def test_other_architectures_and_x32_are_refused():
    program = filter_of("x86_64")
    assert answer(program, "aarch64", 1) == seccomp.DENY
    assert answer(program, "x86_64", 1 | seccomp.X32_BIT) == seccomp.DENY
