"""Make this machine refuse what hardened hosts, most containers or old kernels refuse."""

import importlib
import os

from grader.sandboxes._slot import kernel, landlock, seccomp


def deny_namespaces() -> None:
    """From here on unshare(2) fails in this process and its children."""
    _deny(seccomp.DENIED["unshare"])


def deny_landlock() -> None:
    """From here on there is no Landlock, as on a kernel before 5.13."""
    _deny((landlock.CREATE_RULESET, landlock.CREATE_RULESET))


def _deny(numbers: tuple[int, int | None]) -> None:
    seccomp.DENIED.clear()
    seccomp.OWN_ONLY.clear()
    seccomp.DENIED["denied"] = numbers
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.install_filter(seccomp.build(os.uname().machine, families=(1, 2, 10, 16)))
    importlib.reload(seccomp)
