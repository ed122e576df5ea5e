"""Rust: the crate and each file of tests/ by rustc alone, the tests under libtest as with cargo.

Crates that exercises or their own solutions name are Debian's, built once (`languages/rs`); a
solution's own unit tests and examples in comments, which cargo would run too, do not run.
"""

import re
from functools import partial

from grader.core.limits import Limits
from grader.core.plan import Step
from grader.languages.base import ProgramText
from grader.languages.rs import CRATES, EDITION, QUICK
from grader.runners._built import built_steps
from grader.runners._reports import OK_OR_FAILED, outcomes_by
from grader.runners._twins import Contrary, Idiom, twins_in
from grader.runners.base import REPORT, ExerciseFiles, TestRunner

IDIOM = Idiom(
    track="rust",
    ending=".rs",
    heads=re.compile(r"#\[test\]\s*(?:#\[[^\]]*\]\s*)*(?:pub )?fn\s+(?P<name>\w+)\s*\("),
    wanting=re.compile(r"\bassert_eq!\(|\bassert!\("),
    contraries=(
        Contrary(re.compile(r"\bassert_eq!\("), "assert_ne!("),
        Contrary(re.compile(r"\bassert_ne!\("), "assert_eq!("),
        Contrary(re.compile(r"\bassert!\("), "assert!(", wraps="!("),
    ),
)


def _steps(files: ExerciseFiles, limits: Limits, ending: str) -> tuple[Step, ...]:
    crate = files.name.replace("-", "_")
    texts = {**files.sources, **files.tests}
    tests = sorted(path for path in files.tests if re.fullmatch(r"tests/[^/]+\.rs", path))
    rustc = ("rustc", EDITION, *QUICK, "-A", "warnings", *CRATES)
    library = (*rustc, "--crate-type", "lib", "--crate-name", crate, "src/lib.rs")
    programs = [f"test{number}" for number, _ in enumerate(tests)]
    build = (
        (*library, "-o", f"lib{crate}.rlib"),
        *(
            (*rustc, "--test", "--extern", f"{crate}=lib{crate}.rlib", test, "-o", program)
            for test, program in zip(tests, programs, strict=True)
        ),
    )
    program = ProgramText(files=texts, build=build, run=(f"./{programs[0]}",), keep=tuple(programs))
    line = "; ".join(
        f"./{each} --include-ignored --logfile log >/dev/null 2>{REPORT}.err; cat log >>{REPORT}"
        for each in programs
    )
    return built_steps("rs", program, line, limits, ending)


def _decides(path: str) -> bool:
    return (
        path.startswith(("tests/", ".cargo/", "benches/"))
        or path.rpartition("/")[2] in {"Cargo.toml", "Cargo.lock", "build.rs", "rust-toolchain"}
        or path.endswith(("rust-toolchain.toml", ".rlib"))
    )


RUNNER = TestRunner(
    track="rust",
    language="rs",
    official="cargo test -- --include-ignored",
    here="rustc --test on each file of tests/, without cargo; the crate's own unit and doc tests do"
    " not run",
    packages="",
    steps=_steps,
    outcomes=partial(outcomes_by, OK_OR_FAILED),
    twins=partial(twins_in, IDIOM),
    decides=_decides,
)
