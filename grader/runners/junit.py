"""Java: JUnit 5 and AssertJ from Debian's packages, without Gradle.

A listener of ours writes what JUnit says. JUnit's classes stand before the solution's on the class
path, so that none of the same name counts.
"""

import re
import shlex
from functools import partial

from grader.core.limits import Limits
from grader.core.plan import Step
from grader.languages import java
from grader.runners._built import built_steps
from grader.runners._reports import OK_OR_FAILED, outcomes_by
from grader.runners._twins import Contrary, Idiom, twins_in
from grader.runners.base import REPORT, ExerciseFiles, TestRunner, support

JARS = tuple(
    f"/usr/share/java/{name}.jar"
    for name in (
        "junit-jupiter-api", "junit-jupiter-engine", "junit-jupiter-params",
        "junit-platform-commons", "junit-platform-engine", "junit-platform-launcher",
        "opentest4j", "apiguardian-api", "assertj-core", "byte-buddy",
    )
)  # fmt: skip
LISTENER = "GraderTests.java"
TEST_FOLDER = "src/test/java/"
SWITCHED_OFF = re.compile(r"@Disabled\([^)]*\)\s*\n|@Disabled[ \t]*\n")
IDIOM = Idiom(
    track="java",
    ending="Test.java",
    heads=re.compile(
        r"@Test\b\s*(?:@[^\n]*\s*)*(?:public |protected |private |final )*[\w<>\[\]]+\s+"
        r"(?P<name>\w+)\s*\("
    ),
    wanting=re.compile(
        r"\.(?:isEqualTo|isEqualByComparingTo|isSameAs|contains\w*|hasSize|startsWith|endsWith"
        r"|withMessage|hasMessage|hasMessageContaining|withMessageContaining|isCloseTo|matches"
        r"|isGreaterThan\w*|isLessThan\w*|isNotEqualTo|isIn)\(|\bassert(?!That)\w+\("
    ),
    contraries=(
        Contrary(re.compile(r"\.isEqualTo\("), ".isNotEqualTo("),
        Contrary(re.compile(r"\.isNotEqualTo\("), ".isEqualTo("),
        Contrary(re.compile(r"\.isTrue\("), ".isFalse("),
        Contrary(re.compile(r"\.isFalse\("), ".isTrue("),
        Contrary(re.compile(r"\.isNull\("), ".isNotNull("),
        Contrary(re.compile(r"\.isNotNull\("), ".isNull("),
        Contrary(re.compile(r"\.isZero\("), ".isNotZero("),
        Contrary(re.compile(r"\.isEmpty\("), ".isNotEmpty("),
        Contrary(re.compile(r"\.isNotEmpty\("), ".isEmpty("),
        Contrary(re.compile(r"\.isPositive\("), ".isNegative("),
        Contrary(re.compile(r"\.contains(?:Exactly)?\("), ".doesNotContain("),
        Contrary(
            re.compile(r"assertThatExceptionOfType\(\s*\w+(?:\.\w+)*\.class"),
            "assertThatExceptionOfType(java.util.zip.DataFormatException.class",
        ),
        Contrary(
            re.compile(r"\.isInstanceOf\(\s*\w+(?:\.\w+)*\.class"),
            ".isInstanceOf(java.util.zip.DataFormatException.class",
        ),
        Contrary(
            re.compile(r"assertThatIllegalArgumentException\(\)"),
            "assertThatExceptionOfType(java.util.zip.DataFormatException.class)",
        ),
    ),
)


def _steps(files: ExerciseFiles, limits: Limits, ending: str) -> tuple[Step, ...]:
    texts = {
        path: text
        for path, text in {**files.sources, **files.tests}.items()
        if path.endswith(".java")
    }
    tests = sorted(
        path[len(TEST_FOLDER) : -len(".java")].replace("/", ".")
        for path in files.tests
        if path.startswith(TEST_FOLDER) and path.endswith("Test.java")
    )
    program = java.built({**texts, LISTENER: support(LISTENER)}, "GraderTests", path=JARS)
    line = f"{shlex.join((*program.run, REPORT, *tests))} >/dev/null 2>{REPORT}.err"
    return built_steps("java", program, line, limits, ending)


def _prepared(text: str) -> str:
    return SWITCHED_OFF.sub("", text)


def _decides(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (
        path.startswith(("src/test/", "gradle/", "buildSrc/", "src/main/resources/META-INF/"))
        or name.endswith((".gradle", ".gradle.kts", ".jar", ".class", "Test.java"))
        or name in {"gradlew", "gradlew.bat", "gradle.properties", "pom.xml", LISTENER}
    )


RUNNER = TestRunner(
    track="java",
    language="java",
    official="./gradlew test",
    here="javac and JUnit's launcher, without Gradle; JUnit 5 and AssertJ are Debian's",
    packages="junit5 libassertj-core-java",
    steps=_steps,
    outcomes=partial(outcomes_by, OK_OR_FAILED),
    twins=partial(twins_in, IDIOM),
    decides=_decides,
    prepared=_prepared,
)
