"""`python -m grader` and the `grader` script."""

import os
import signal
import sys
from typing import NoReturn

from grader.cli.exit_codes import Exit
from grader.cli.main import main as run


def main() -> NoReturn:
    """Run the command line and end the process with its status.

    After an interrupt a thread may still wait for standard input, and an ordinary exit would wait
    for the thread; all that matters has been written and closed by then.
    """
    # A script's shell starts its background jobs with SIGINT ignored, and nothing would end them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A job scheduler's way of asking gets what ^C gets: the run is closed, how to resume is said.
    signal.signal(signal.SIGTERM, _interrupt)
    # So does a terminal that goes away, unless somebody said (nohup) that nothing should happen.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _interrupt)
    status = run()
    if status == Exit.INTERRUPTED:
        os._exit(status)
    sys.exit(status)


def _interrupt(_number: int, _frame: object) -> None:
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
