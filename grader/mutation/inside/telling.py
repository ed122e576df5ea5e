"""Ask an original and its mutants the same questions, and tell where they answer differently.

Standard input is a JSON object (`apart.question`); each line of standard output one of JSON.
"""

import contextlib
import copy
import io
import itertools
import json
import math
import os
import random
import signal
import sys
import time
import traceback
import types

CALL_S = 0.25
"""CPU seconds that the original may take for an input; more, and it is left out."""
FACTOR = 8
"""A mutant that takes so many times as long (and CALL_S more) does not come to an end."""
DEEPEST_ANSWER = 30
KEPT = 12
"""Inputs told for one mutant."""
RECORDED = 400
"""Inputs of the tests that are looked at."""
VALUE_CHARS = 400
"""Characters of a value that is told."""
TEXT_MOST = 20_000
"""Characters of an input, as it is written."""
TAKEN = 2000
"""Elements of a stream that are compared."""
PLAIN = (int, float, complex, bool, str, bytes, type(None), list, tuple, dict, set, frozenset)


class TooSlow(BaseException):
    """The call's time is over."""


def stop(_number, _frame):
    """End the call that runs."""
    raise TooSlow


class TaskFunction:
    """A function, or a whole program, to be asked."""

    def __init__(self, source, name):
        """name: of the function; empty: the program itself, asked by its standard input."""
        self.name = name
        self.code = compile(source, "solution", "exec", dont_inherit=True)
        self.space = None

    def load(self):
        """Run the program once, so that its functions are there."""
        module = types.ModuleType("solution")
        sys.modules["solution"] = module
        if self.name:
            exec(self.code, module.__dict__)
        self.space = module.__dict__

    def ask(self, arguments):
        """What it gives for these arguments."""
        if self.name:
            return plain(self.space[self.name](*arguments))
        return self.printed(arguments[0])

    def printed(self, text):
        """What a program prints for a standard input, as words."""
        out, before = io.StringIO(), (sys.stdin, sys.stdout)
        sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
        sys.stdout = out
        try:
            exec(self.code, {"__name__": "__main__", "__builtins__": __builtins__})
        except SystemExit as error:
            if error.code not in (None, 0):
                raise ValueError("status") from None
        finally:
            sys.stdin, sys.stdout = before
        return " ".join(out.getvalue().split())


def plain(value):
    """Streams as lists, so that they can be compared."""
    if isinstance(value, (map, filter, zip, types.GeneratorType, range, enumerate)):
        return list(itertools.islice(value, TAKEN))
    return value


def asked(function, arguments, seconds):
    """`("value", what)`, `("raised", kind)` or `("slow", "")`, and the seconds it took."""
    begin = time.thread_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.01)
    try:
        try:
            found = "value", function.ask(arguments)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (TooSlow, MemoryError):
        found = "slow", ""
    except BaseException as error:
        found = "raised", type(error).__name__
    return found, time.thread_time() - begin


def same(one, other, depth=0):
    """Whether two answers are alike; floats nearly, and a list may be a tuple."""
    if depth > DEEPEST_ANSWER:
        return True
    if isinstance(one, float) or isinstance(other, float):
        return near(one, other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(same(a, b, depth + 1) for a, b in zip(one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k], depth + 1) for k in one)
    if type(one) in PLAIN or type(other) in PLAIN:
        return one == other
    return alike(one, other, depth)


def near(one, other):
    """Whether two numbers are as good as equal; NaN is NaN."""
    try:
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)
    except (TypeError, OverflowError):
        return False


def alike(one, other, depth):
    """Whether two objects of the program's own classes are; where nothing tells, they are."""
    if type(one).__name__ != type(other).__name__:
        return False
    try:
        if type(one).__eq__ is not object.__eq__:
            return bool(one == other) or vars(one) == vars(other)
        return same(vars(one), vars(other), depth + 1)
    except Exception:
        return True


class InputRecorder:
    """Stands in the solution's place while the tests run, and keeps what it is asked."""

    def __init__(self, function):
        """function: answers in its place."""
        self.function = function
        self.inputs = []

    def __call__(self, *arguments, **named):
        """Answer, and keep what was asked."""
        if not named and len(self.inputs) < RECORDED:
            with contextlib.suppress(Exception):
                self.inputs.append(copy.deepcopy(list(arguments)))
        return self.function(*arguments, **named)


def recorded(question):
    """What the tests and the statement's examples ask the original."""
    original = TaskFunction(question["original"], question["name"])
    original.load()
    space = dict(original.space)
    recorder = InputRecorder(space[question["name"]])
    for text in [question["tests"], *examples(question["prompt"])]:
        space[question["name"]] = recorder
        space["__name__"] = "tests"
        signal.setitimer(signal.ITIMER_VIRTUAL, 4, 0.01)
        try:
            try:
                exec(compile(text, "tests", "exec", dont_inherit=True), space)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except BaseException:
            continue
    return recorder.inputs


def examples(prompt):
    """The lines after `>>>` in a statement."""
    for line in prompt.splitlines():
        _, mark, call = line.partition(">>> ")
        if mark:
            yield call


def known_inputs(question):
    """All known inputs: those given, else those that the tests ask."""
    if "cases" in question:
        rules = {}
        exec(compile(question["rules"], "rules", "exec"), rules)
        return rules["decode"](question["shapes"], question["cases"])[:RECORDED]
    if not question["name"]:
        return [[text] for text in question["inputs"]]
    return recorded(question)


def made_inputs(known, count, seed):
    """Inputs like the known ones, the known ones first."""
    chance = random.Random(seed)
    short = [each for each in known if len(repr(each)) < TEXT_MOST]
    if not short:
        return []
    is_like = domain_of(short)
    maker = InputMaker(short, chance)
    seen, pool = set(), list(short)
    for _ in range(20 * count):
        if len(seen) >= count:
            return
        base = chance.choice(short if chance.random() < 0.6 else pool)
        made = maker.changed(base)
        key = repr(made)
        if key in seen or len(key) > TEXT_MOST or not is_like(made):
            continue
        seen.add(key)
        pool.append(made)
        yield made


def usable(original, inputs, until):
    """Inputs that the original answers in time, the same each time, with what it answers."""
    found = []
    for arguments in inputs:
        if time.thread_time() > until:
            break
        (kind, value), spent = asked(original, copy.deepcopy(arguments), CALL_S)
        if kind != "value":
            continue
        with contextlib.suppress(Exception):
            value = copy.deepcopy(value)
            (again, second), _ = asked(original, copy.deepcopy(arguments), CALL_S)
            if again == "value" and same(value, second):
                found.append((arguments, value, spent))
    return found


def compared(mutant, questions, until):
    """Which questions a mutant answers otherwise, and how."""
    different, tried = [], 0
    try:
        mutant.load()
    except BaseException as error:
        return len(questions), [(0, ("raised", type(error).__name__))]
    for number, (arguments, wanted, spent) in enumerate(questions):
        if time.thread_time() > until:
            break
        (kind, value), _ = asked(mutant, copy.deepcopy(arguments), CALL_S + FACTOR * spent)
        tried += 1
        if kind != "value" or not same(wanted, value):
            different.append((number, (kind, value)))
            if kind == "slow" and sum(k == "slow" for _, (k, _) in different) > 2:
                break
    return tried, different


def cut(value):
    """A value as a person can read it."""
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= VALUE_CHARS else text[:VALUE_CHARS] + "…"


def main():
    """Read the question, answer it line by line."""
    question = json.load(sys.stdin)
    tell = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    sys.stdout = sys.stderr = io.StringIO()
    sys.setrecursionlimit(3000)
    signal.signal(signal.SIGVTALRM, stop)

    def say(**row):
        tell.write(json.dumps(row) + "\n")
        tell.flush()

    try:
        known = known_inputs(question)
        original = TaskFunction(question["original"], question["name"])
        original.load()
    except BaseException as error:
        say(kind="none", why=traceback.format_exception_only(error)[-1].strip()[:VALUE_CHARS])
        return
    begin = time.thread_time()
    made = made_inputs(known, question["count"], question["seed"])
    questions = usable(original, made, begin + question["seconds"] / 3)
    say(kind="inputs", known=len(known), made=len(questions))
    for number, source in question["mutants"]:
        say(kind="begin", number=number)
        until = time.thread_time() + question["each_s"]
        random.seed(0)
        tried, found = compared(TaskFunction(source, question["name"]), questions, until)
        shortest = sorted(found, key=lambda each: len(repr(questions[each[0]][0])))[:KEPT]
        say(
            kind="end", number=number, tried=tried, different=len(found),
            inputs=[
                (cut(questions[at][0])[1:-1], cut(questions[at][1]),
                 cut(value) if kind == "value" else kind + (" " + value if value else ""))
                for at, (kind, value) in shortest
            ],
        )  # fmt: skip
