"""C++'s types over the pipes, its builds, and ways to cheat that no list of ours holds."""

import pytest

from grader.core.result import Trust, Verdict
from grader.languages._cpp_head import open_function
from tests.languages.conftest import task_of

BEFORE = "#include<assert.h>\n#include<bits/stdc++.h>\n"
VALUES = (
    ("long", "-5"), ("bool", "true"), ("char", "'x'"), ("std::string", 'std::string("a\\0b", 3)'),
    ("float", "0.1f"), ("double", "1e308"), ("unsigned long long", "18446744073709551615ull"),
    ("std::vector<std::vector<long>>", "(std::vector<std::vector<long>>({{1, 2}, {}}))"),
    ("std::tuple<long, std::string>", 'std::make_tuple(1l, std::string("x"))'),
    ("std::map<std::string,std::vector<float>>", '(std::map<std::string,std::vector<float>>({{"a", {1.5f}}}))'),
    ("std::optional<std::string>", "std::optional<std::string>()"),
    ("std::optional<long>", "std::optional<long>(7)"),
    ("std::set<char>", "(std::set<char>({'b', 'a'}))"),
    ("std::pair<int, bool>", "std::make_pair(1, false)"),
    ("std::vector<bool>", "(std::vector<bool>({true, false}))"),
    ("std::unordered_map<int, int>", "(std::unordered_map<int, int>({{1, 2}}))"),
    ("std::list<std::deque<short>>", "(std::list<std::deque<short>>({{1}, {}}))"),
)  # fmt: skip
CHEATS = (
    "struct L { bool operator==(long) const { return true; } }; static L l;\n return *(long *)&l;",
    'write(4, "\\0\\0\\0\\1\\0", 5); _exit(0);',
    "close(4); return 42;",
    "throw std::runtime_error(std::string(100000, 'x'));",
    "raise(9); return 42;",
    "*(volatile int *)0 = 0; return 42;",
    "return 41;\n}\n#define serve(x) 0\nvoid pad_() {",
    'return 41;\n}\nextern "C" ssize_t read(int, void *, size_t) { _exit(0); }\nvoid pad_() {',
    "return 41;\n}\n__attribute__((constructor)) void early_() { _exit(0); }\nvoid pad_() {",
    "return 41;\n}\nnamespace std { template<> struct hash<void> {}; }\n#define long int\nvoid pad_() {",
    "std::abort();",
    f"int{'*' * 500_000} p = nullptr;\n return 42;",
)


def task(kind, value, wanted):
    tests = f"}}\nint main() {{\n    auto candidate = f;\n    assert(candidate({value}) == ({wanted}));\n}}\n"
    return task_of("cpp", "multipl-e", f"{BEFORE}{kind} f({kind} x) {{\n", tests)


@pytest.mark.share(3)
@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_cpp_types_cross_as_they_are(grading, kind, value):
    result = grading.verdict(task(kind, value, value), "    return x;\n")
    assert (result.verdict, result.trust, result.reason) == (Verdict.PASSED, Trust.SEPARATED, "")


@pytest.mark.share(3)
@pytest.mark.parametrize("cheat", CHEATS)
def test_cpp_cheats_do_not_pass(grading, cheat):
    result = grading.verdict(task("long", "1", "42"), f"    {cheat}\n")
    assert result.verdict in {Verdict.FAILED, Verdict.ERROR}


def test_cpp_that_does_not_compile_is_an_error_with_the_compilers_lines(grading):
    result = grading.verdict(task("long", "1", "1"), "    return y;\n")
    assert result.verdict is Verdict.ERROR
    assert "does not compile" in result.reason
    assert any("was not declared" in line for line in result.evidence)


def test_cpp_tasks_whose_values_cannot_cross_are_graded_in_one_process(grading):
    before = f"{BEFORE}struct P {{ long a; bool operator==(long b) const {{ return a == b; }} }};\n"
    tests = "}\nint main() {\n    assert(f(1) == 1);\n}\n"
    strange = task_of("cpp", "multipl-e", f"{before}P f(long x) {{\n", tests)
    result = grading.verdict(strange, "    return P{x};\n")
    assert (result.verdict, result.trust) == (Verdict.PASSED, Trust.SHARED)
    assert "in one process" in result.evidence[0]


def test_cpp_arguments_that_are_changed_come_back(grading):
    tests = "}\nint main() {\n    std::vector<long> v = {1};\n    f(v, 2);\n    assert(v.size() == 2 && v[1] == 2);\n}\n"
    prompt = f"{BEFORE}void f(std::vector<long> &v, const long &x) {{\n"
    assert (
        grading.verdict(task_of("cpp", "multipl-e", prompt, tests), "    v.push_back(x);\n").verdict
        is Verdict.PASSED
    )


def test_cpp_open_function_is_found_behind_comments_and_helpers():
    helper = "// f(x) {\nint g(int a) { return 1; }\n/* { */\n"
    head = "std::map<char,int> h(const std::string &s, std::map<int, long> a_b, long b = 3){\n"
    found = open_function(f"#include <map>\n{helper}{head}  // doc {{\n")
    assert (found.name, found.parameters) == ("h", ("s", "a_b", "b"))
    assert open_function("int f(int a, std::vector<long> b_c) {").parameters == ("a", "b_c")
    assert open_function("no code") is None
