"""Rust: values cross by traits, so that the compiler infers what no parser here has to know.

Only references among the parameters are read: the candidate owns what it lends. HumanEval-X's
programs name three crates, which are built once per machine (`prepare`) and linked without cargo.
"""

import re

from grader.core.plan import PREPARED
from grader.core.result import Verdict
from grader.languages._signatures import NO_HEAD, Parameter, Signature, bracketed, pieces
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

HOME = f"{PREPARED}/rs"
SUPPORT = ("grader_wire.rs", "rand.rs", "prepare.sh")
QUICK = ("-C", "debuginfo=0", "-C", "link-arg=-fuse-ld=mold")
EDITION = "--edition=2021"
OFFICIAL = "official"
"""mold writes into a file that is there: in the reading `parity` that is the candidate's, kept."""


def _extern(*names: str) -> tuple[str, ...]:
    """By their files: the standard library brings crates of the same names."""
    return tuple(word for name in names for word in ("--extern", f"{name}={HOME}/lib{name}.rlib"))


DEBIANS = ("regex", "regex-syntax", "aho-corasick", "memchr", "md5")
"""Crates in Debian's packages; the regex one only recommends what it rests on."""
CRATES = ("-L", HOME, *_extern("rand", "regex", "md5"))
WIRE = _extern("grader_wire")
CRASHED = 101
"""rustc's status where it panicked."""
HEAD = re.compile(
    r"^[ \t]*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+|unsafe\s+)*fn\s+(?P<name>\w+)", re.MULTILINE
)
TEXT = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
REFERENCE = re.compile(r"&\s*(?:'\w+\s+)?(?P<mut>mut\s+)?(?P<of>.*)", re.DOTALL)
CALLED = re.compile(r"(?<![\w.:!])([a-z_]\w*)\s*\((?!\s*\))")
KNOWN = {
    "if",
    "while",
    "match",
    "for",
    "in",
    "return",
    "fn",
    "assert",
    "drop",
    "move",
    "cfg",
    "derive",
}
TYPE = re.compile(r"\b[A-Z]\w*")
STANDARD = {
    *("Vec", "String", "Option", "Result", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "Box"),
    *("VecDeque", "Rc", "Any"),
}
HELD = re.compile(r"assertion\b.*\bfailed", re.DOTALL)


def _built(text: str, *flags: str, name: str = "program") -> ProgramText:
    build = (("rustc", *QUICK, *flags, "-o", name, "main.rs"),)
    return ProgramText(files={"main.rs": text}, run=(f"./{name}",), build=build, keep=(name,))


def _program(text: str) -> ProgramText:
    return _built(text, EDITION, "-O", "-A", "warnings")


def _official(task: TaskText, completion: str) -> ProgramText:
    if task.family == "humaneval-x":
        text = f"\nfn main(){{ \n }} \n{task.setup}{task.prompt}{completion}{task.tests}"
        return _built(text, EDITION, "--test", *CRATES, name=OFFICIAL)
    return _built(f"{task.prompt}{completion}\n{task.tests}", name=OFFICIAL)


def signature(head: str) -> Signature | None:
    """The last function's head; None where the text does not end with one."""
    code = COMMENT.sub(" ", head)
    heads = list(HEAD.finditer(code))
    if not heads or not code.rstrip().endswith("{"):
        return None
    end = heads[-1].end()
    if code[end : end + 1] == "<":
        _, end = bracketed(code, end)
    start = code.find("(", end)
    if start < 0:
        return None
    inside, end = bracketed(code, start)
    parameters = [_parameter(each) for each in pieces(inside)]
    result = code[end:].strip().removesuffix("{").strip().removeprefix("->").strip()
    return Signature(heads[-1]["name"], tuple(parameters), result)


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(":")
    return Parameter(re.sub(r"^\s*(?:mut|ref)\s+", "", name).strip(), kind.strip())


def _head(task: TaskText) -> str:
    return task.setup if task.family == "humaneval-x" else task.prompt


def _cannot_ask(task: TaskText, head: Signature | None) -> str:
    """Why a task cannot be interviewed; empty where it can."""
    if head is None:
        return NO_HEAD
    if any(not re.fullmatch(r"\w+", each.name) for each in head.parameters):
        return "a parameter of the function is a pattern"
    known = STANDARD | set(re.findall(r"\b(?:struct|enum|type|trait)\s+(\w+)", _head(task)))
    unknown = [name for name in TYPE.findall(head.result) if name not in known]
    if unknown:
        return f"the type {unknown[0]} is the solution's own"
    tests = COMMENT.sub(" ", TEXT.sub('""', task.tests))
    own = set(re.findall(r"\b(?:fn|let(?:\s+mut)?)\s+(\w+)", tests + _head(task))) | KNOWN
    foreign = [name for name in CALLED.findall(tests) if name not in own]
    return f"the tests call {foreign[0]}, which the prompt has not" if foreign else ""


def _checker(task: TaskText) -> ProgramText | str:
    head = signature(_head(task))
    why = _cannot_ask(task, head)
    if head is None or why:
        return why
    puts = ", ".join(
        f"&|out| ::grader_wire::Wire::put(&{each.name}, out)" for each in head.parameters
    )
    stub = f'::grader_wire::ask("{head.name}", &[{puts}])'
    crate = "extern crate grader_wire;\n"
    if task.family == "humaneval-x":
        text = f"\nfn main(){{ \n }} \n{task.setup}{task.prompt}{stub}\n}}\n{crate}{task.tests}"
        return _built(text, EDITION, "--test", "-A", "warnings", *CRATES, *WIRE)
    return _built(f"{task.prompt}{stub}\n{task.tests}\n{crate}", "-A", "warnings", *WIRE)


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = signature(_head(task)) or Signature(task.entry_point, (), "")
    given = [_given(number, each.type) for number, each in enumerate(head.parameters)]
    lines = "".join(line for line, _ in given)
    call = f"{head.name}({', '.join(use for _, use in given)})"
    serve = (
        f"::grader_wire::serve(&|_, from, out| {{ {lines}"
        f"::grader_wire::Wire::put(&{call}, out); ::std::result::Result::Ok(()) }})"
    )
    main = f"fn main() {{ {serve} }}\nextern crate grader_wire;\n"
    if task.family == "humaneval-x":
        text = f"{task.setup}{task.prompt}{completion}\n{main}"
        return _built(text, EDITION, *CRATES, *WIRE)
    return _built(f"{task.prompt}{completion}\n}}\n\n{main}", *WIRE)


def _given(number: int, kind: str) -> tuple[str, str]:
    """How an argument is read, and how it is handed over."""
    name = f"given{number}"
    lent = REFERENCE.fullmatch(kind)
    if lent is None or re.match(r"&\s*'static\b", kind):
        return f"let {name} = ::grader_wire::Made::get(from)?; ", name
    of = lent["of"].strip()
    if of == "str":
        owned, use = "::std::string::String", f"&{name}"
    elif of.startswith("["):
        owned, use = f"::std::vec::Vec<{of[1:-1]}>", f"&{name}"
    elif of.startswith("dyn "):
        owned, use = f"::std::boxed::Box<{of}>", f"&*{name}"
    else:
        owned, use = of, f"&{name}"
    if lent["mut"]:
        return f"let mut {name}: {owned} = ::grader_wire::Made::get(from)?; ", f"&mut {use[1:]}"
    return f"let {name}: {owned} = ::grader_wire::Made::get(from)?; ", use


def _verdict(_: TaskText, end: ProgramEnd) -> TestsVerdict:
    if end.status == 0:
        return TestsVerdict(Verdict.PASSED)
    said = end.stderr + end.stdout
    lines = said.splitlines()
    place = next((number for number, line in enumerate(lines) if "panicked at" in line), None)
    if place is None:
        return TestsVerdict(Verdict.ERROR, f"left with status {end.status}")
    told = " ".join(lines[place : place + 2])
    if HELD.search(told):
        return TestsVerdict(Verdict.FAILED, "a test's assertion failed")
    return TestsVerdict(Verdict.ERROR, told[:300])


def _is_compilers_fault(end: ProgramEnd) -> bool:
    return end.status == CRASHED


LANGUAGE = Language(
    name="rs",
    title="Rust",
    aliases=frozenset({"rust", "rustlang"}),
    extension="rs",
    toolchain=Toolchain(
        programs=("rustc", "cc", "mold"),
        packages="rustc mold librust-regex-dev librust-memchr-dev librust-aho-corasick-dev"
        " librust-md5-dev",
        version=("rustc", "--version"),
        files=tuple(f"/usr/share/cargo/registry/{each}-[0-9]*" for each in DEBIANS),
        prepare=(("sh", "prepare.sh"),),
        prepare_files=tuple((name, support("rs", name)) for name in SUPPORT),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    is_compilers_fault=_is_compilers_fault,
    probe='fn main() { println!("grader"); }\n',
)
