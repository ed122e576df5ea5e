"""The compiling process behind `syntax.Gate`. Standard library only; runs as a script.

Questions on descriptor 0: ten digits of the source's length, four of the path's, path, source.
Answers: ten digits of length, then `+` and marshalled code (nothing where compiling took too much
memory), or the exception's name, line and message on three lines.
"""

import marshal
import os
import resource
import signal
import socket
import sys
import unicodedata  # compiling other alphabets needs it, and may not open it any more
import warnings

MEMORY_BYTES = 1 << 30
STACK_BYTES = 64 << 20
MESSAGE_CHARS = 1000
ANSWER_CPU_S = 2.0
"""A megabyte of honest text takes a quarter of it; whoever wants more has it in a sandbox."""


def main() -> None:
    """Answer until the engine closes the channel."""
    _confine()
    warnings.simplefilter("ignore")
    channel = socket.socket(fileno=0)
    while True:
        lengths = _exactly(channel, 14)
        if lengths is None:
            return
        path = _exactly(channel, int(lengths[10:])) or b""
        source = _exactly(channel, int(lengths[:10])) or b""
        signal.setitimer(signal.ITIMER_PROF, ANSWER_CPU_S)  # ends this process
        answer = _answer(source, path.decode())
        signal.setitimer(signal.ITIMER_PROF, 0)
        channel.sendall(b"%010d" % len(answer) + answer)


def _answer(source: bytes, path: str) -> bytes:
    try:
        code = compile(_text(source), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError) as error:
        message = str(error)[:MESSAGE_CHARS]
        text = f"{type(error).__name__}\n{getattr(error, 'lineno', 0) or 0}\n{message}"
        return text.encode(errors="backslashreplace")
    except BaseException:  # noqa: BLE001  boundary: no memory or stack left; a sandbox decides
        return b"+"
    return b"+" + marshal.dumps(code)


def _text(source: bytes) -> str:
    """As the sandbox reads it: a program is text, whatever coding its first lines name."""
    return source.decode(errors="surrogatepass").removeprefix("\ufeff")


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        chunk = channel.recv(min(size, 1 << 20))
        if not chunk:
            return None
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _confine() -> None:
    """No files, no new programs, bounded memory; dies with the engine."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, sys.argv[1])
    from grader.sandboxes._slot import kernel, landlock, seccomp  # noqa: PLC0415

    sys.path.pop(0)
    unicodedata.normalize("NFKC", "x")
    if sys.platform != "linux":
        return
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    level = landlock.abi()
    if level:
        landlock.restrict(landlock.ruleset(level, []))
    if os.uname().machine in seccomp.AUDIT_ARCH:
        kernel.install_filter(seccomp.build(os.uname().machine, families=()))


if __name__ == "__main__":
    main()
