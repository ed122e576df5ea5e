"""The system-call filter, run instruction by instruction as the kernel would."""

import ctypes
import struct

import pytest

from grader.sandboxes._slot import seccomp

MACHINES = ["x86_64", "aarch64"]
LAST_NUMBER = 600


def answer(program: seccomp.Program, machine: str, number: int, *arguments: int) -> int:
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


def instructions(program: seccomp.Program) -> ctypes.c_void_p:
    """Where the instructions are: ctypes' own view of a `char *` ends at the first NUL."""
    field = seccomp.Program.filter
    return ctypes.c_void_p.from_address(ctypes.addressof(program) + field.offset)


def filter_of(machine: str, **changes: bool) -> seccomp.Program:
    internet = changes.pop("internet", True)
    return seccomp.build(machine, families=seccomp.families(internet=internet), **changes)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("weak", [False, True])
def test_every_number_gets_its_own_answer(machine, weak):
    column = MACHINES.index(machine)
    program = filter_of(machine, metered=not weak, shared_user=weak)
    denied = dict(seccomp.DENIED)
    missing = {"clone3": (seccomp.CLONE3, seccomp.CLONE3)}
    pretended = {}
    if weak:
        denied |= seccomp.OF_PATHS
        missing |= seccomp.UNMETERED
        pretended |= seccomp.RIGHTS_OF_PATHS
    wanted = dict.fromkeys(range(LAST_NUMBER), seccomp.ALLOW)
    wanted[seccomp.SOCKET[column]] = seccomp.DENY  # family 0
    for calls, action in (
        (denied, seccomp.DENY),
        (missing, seccomp.NO_SUCH_CALL),
        (pretended, seccomp.PRETEND),
        (seccomp.PRETENDED, seccomp.PRETEND),
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
        assert answer(program, machine, seccomp.SOCKET[column], family) == wanted


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
