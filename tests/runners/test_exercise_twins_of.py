import pytest

from grader.runners import base
from grader.runners._literals import other_number, scanned
from grader.runners.base import edited
from tests.graders.exercises import ALL


@pytest.mark.parametrize(
    ("before", "after"),
    [("0", "1"), ("1", "0"), ("255", "254"), ("127", "126"), ("10", "11"), ("0x1f", "0x1e"),
     ("1.5", "2.5"), ("0.25", "0.15"), ("0.0", "7.0"), ("1_000", "1_001")],
)  # fmt: skip
def test_number_becomes_another_that_its_type_holds(before, after):
    assert other_number(before) == after


@pytest.mark.parametrize(
    ("track", "text", "others"),
    [
        ("python", "f('a\\n') # 'no'\nx = \"\"", ["'b\\n'", '"x"']),
        ("python", "f'{a}' + True", ["", "False"]),
        ("javascript", "`a${b}`; // 1\n'it\\'s'", ["`b${b}`", "'it\\'t'"]),
        ("rust", "'a' + r#\"x\"#; &'static str", ["'b'", 'r#"y"#']),
        ("go", "`ab` + 'c' /* 1 */", ["`ac`", "'d'"]),
        ("cpp", 'R"(a)" "%d" 1.0f', ['R"(b)"', '"%dx"', "2.0"]),
    ],
)
def test_literals_are_found_and_changed(track, text, others):
    assert [each.other for each in scanned(track, text).literals] == others


@pytest.mark.parametrize("exercise", ALL, ids=lambda each: each.track)
def test_twins_change_one_place_of_the_tests_they_name(exercise):
    runner = base.of_track(exercise.track)
    tests = {exercise.test_path: runner.prepared(exercise.tests)}

    found = runner.twins(tests)

    assert found
    for each in found:
        changed = edited(tests, (each.edit,))[exercise.test_path]
        assert changed != tests[exercise.test_path]
        assert len(changed.splitlines()) == len(tests[exercise.test_path].splitlines())


@pytest.mark.parametrize("track", base.tracks())
def test_runner_reads_nothing_out_of_nonsense(track):
    runner = base.of_track(track)

    assert runner.outcomes("\x00 ok\n[]\n<TestCase\n--- \n") == {}
    assert runner.twins({"x": '(((("', "y": "'''"}) == ()


@pytest.mark.parametrize(
    ("track", "path"),
    [
        ("python", "conftest.py"), ("python", "unittest/__init__.py"), ("python", "a/conftest.py"),
        ("python", "pytest.ini"), ("javascript", "package.json"), ("javascript", "jest.config.js"),
        ("javascript", "node_modules/x/index.js"), ("rust", "Cargo.toml"), ("rust", "build.rs"),
        ("rust", ".cargo/config.toml"), ("cpp", "CMakeLists.txt"), ("cpp", "test/catch.hpp"),
        ("java", "build.gradle"), ("java", "gradle/wrapper/gradle-wrapper.properties"),
        ("go", "x_test.go"), ("go", "go.mod"),
    ],
)  # fmt: skip
def test_files_that_decide_how_tests_run_are_no_samples(track, path):
    assert base.of_track(track).decides(path)
