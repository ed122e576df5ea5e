"""Run the exercise's unittest modules and write each test's outcome into the report."""

import os
import sys
import unittest

FILES = "MODULES"
REPORT = "grader.report"


class Reporting(unittest.TestResult):
    """Notes the outcome of each test as soon as it is known."""

    def __init__(self, file):
        """`file`: a descriptor that is written to."""
        super().__init__()
        self.file = file
        self.bad = set()

    def startTest(self, test):
        """Nothing is held against it yet."""
        super().startTest(test)
        self.bad.discard(test)

    def _note(self, word, test):
        name = ".".join(test.id().split(".")[-2:])
        os.write(self.file, f"{word} {name}\n".encode(errors="replace"))

    def addError(self, test, err):
        """An exception in a test, or in what prepares a class of them."""
        super().addError(test, err)
        self.bad.add(test)

    def addFailure(self, test, err):
        """An assertion."""
        super().addFailure(test, err)
        self.bad.add(test)

    def addSubTest(self, test, subtest, err):
        """A part of a test."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.bad.add(test)

    def addUnexpectedSuccess(self, test):
        """What was expected to fail passes."""
        super().addUnexpectedSuccess(test)
        self.bad.add(test)

    def addSkip(self, test, reason):
        """A test that says of itself that it cannot run here."""
        super().addSkip(test, reason)
        self._note("skipped", test)
        self.bad.add(test)

    def stopTest(self, test):
        """The outcome is known."""
        super().stopTest(test)
        if not any(test is each for each, _ in self.skipped):
            self._note("failed" if test in self.bad else "ok", test)


def main():
    """All tests of all files, in unittest's order."""
    sys.path.append(os.getcwd())
    sys.dont_write_bytecode = True
    file = os.open(REPORT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    result = Reporting(file)
    loader = unittest.TestLoader()
    for path in FILES:
        try:
            suite = loader.loadTestsFromName(path[:-3].replace("/", "."))
        except BaseException as error:
            os.write(file, f"stopped {type(error).__name__}: {error}\n".encode(errors="replace"))
            raise
        suite.run(result)
    for test, told in (*result.failures, *result.errors):
        print(test.id(), told, sep="\n", file=sys.stderr)


main()
