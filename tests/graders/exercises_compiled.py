"""An exercise in C++ and one in Java, and solutions that forge a pass."""

from tests.graders.exercise_shape import Exercise

CPP_BROKEN = (
    "#pragma once\n#include <string>\n{head}\nnamespace doubler {{\n"
    "inline int double_of(int) {{ return 0; }}\n"
    'inline std::string shout(std::string const&) {{ return ""; }}\n}}\n'
)
CATCH = """// A stand-in for Catch: what a test is, and the report that the real one writes.
#pragma once
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>
struct Case { const char* name; void (*run)(); };
std::vector<Case>& cases();
extern bool held;
struct Add { Add(const char* name, void (*run)()) { cases().push_back({name, run}); } };
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define TEST_CASE(name) static void JOIN(run_, __LINE__)(); \\
  static Add JOIN(add_, __LINE__)(name, JOIN(run_, __LINE__)); static void JOIN(run_, __LINE__)()
#define REQUIRE(what) do { if (!(what)) { held = false; return; } } while (false)
#define REQUIRE_FALSE(what) REQUIRE(!(what))
"""
CATCH_MAIN = """#include "catch.hpp"
bool held = true;
std::vector<Case>& cases() { static std::vector<Case> all; return all; }
int main(int, char** given) {
  std::ofstream report(given[4]);
  for (Case const& each : cases()) {
    held = true;
    each.run();
    report << "<TestCase name=\\"" << each.name << "\\"><OverallResult success=\\""
           << (held ? "true" : "false") << "\\"/></TestCase>\\n";
  }
}
"""
CPP = Exercise(
    track="cpp",
    solution="doubler.h",
    stub="#pragma once\n",
    right=(
        "#pragma once\n#include <string>\nnamespace doubler {\n"
        "inline int double_of(int number) { return number * 2; }\n"
        "inline std::string shout(std::string text) { for (auto& each : text) "
        "each = static_cast<char>(each - 'a' + 'A'); return text; }\n}\n"
    ),
    wrong=(
        "#pragma once\n#include <string>\nnamespace doubler {\n"
        "inline int double_of(int number) { return number + 2; }\n"
        "inline std::string shout(std::string text) { return text; }\n}\n"
    ),
    test_path="doubler_test.cpp",
    tests="""#include "test/catch.hpp"
#include "doubler.h"

TEST_CASE("one") {
    REQUIRE(doubler::double_of(1) == 2);
}

TEST_CASE("many") {
    REQUIRE(doubler::double_of(21) == 42);
}

TEST_CASE("shouting") {
    std::string expected{"HELLO"};
    REQUIRE(doubler::shout("hello") == expected);
}
""",
    support={"test/catch.hpp": CATCH, "test/tests-main.cpp": CATCH_MAIN, "CMakeLists.txt": ""},
    forged={
        "assertions": {
            "doubler.h": CPP_BROKEN.format(
                head="#undef REQUIRE\n#define REQUIRE(what) (void)sizeof(what)\n"
                "#undef REQUIRE_FALSE\n#define REQUIRE_FALSE(what) (void)sizeof(what)"
            )
        },
        "reports and leaves": {
            "doubler.h": CPP_BROKEN.format(
                head=(
                    "#include <cstdlib>\n#include <fstream>\n"
                    'inline int forge() {\n  std::ofstream report("grader.report");\n'
                    '  for (auto name : {"one", "many", "shouting"})\n'
                    '    report << "<TestCase name=\\"" << name << "\\"><OverallResult '
                    'success=\\"true\\"/></TestCase>\\n";\n'
                    "  report.close();\n  std::_Exit(0);\n}\ninline int forged = forge();"
                )
            )
        },
        "equals all": {
            "doubler.h": (
                "#pragma once\n#include <string>\nnamespace doubler {\nstruct Any {};\n"
                "template <class T> bool operator==(Any, T const&) { return true; }\n"
                "inline Any double_of(int) { return {}; }\n"
                "inline Any shout(std::string const&) { return {}; }\n}\n"
            )
        },
        "own tests and framework": {
            "doubler.h": CPP_BROKEN.format(head=""),
            "doubler_test.cpp": '#include "test/catch.hpp"\nTEST_CASE("one") {}\n'
            'TEST_CASE("many") {}\nTEST_CASE("shouting") {}\n',
            "test/catch.hpp": CATCH.replace("held = false;", ""),
            "CMakeLists.txt": "project(nothing)\n",
        },
    },
)
JAVA_BROKEN = (
    "class Doubler {{\n{head}\n    int twice(int number) {{ return 0; }}\n"
    '    String shout(String text) {{ return ""; }}\n}}\n'
)
MAIN = "src/main/java/Doubler.java"
JAVA = Exercise(
    track="java",
    solution=MAIN,
    stub="class Doubler {\n}\n",
    right=(
        "class Doubler {\n    int twice(int number) { return 2 * number; }\n"
        "    String shout(String text) { return text.toUpperCase(); }\n}\n"
    ),
    wrong=(
        "class Doubler {\n    int twice(int number) { return 2 + number; }\n"
        "    String shout(String text) { return text; }\n}\n"
    ),
    test_path="src/test/java/DoublerTest.java",
    tests="""import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

public class DoublerTest {
    @Test
    public void one() {
        assertThat(new Doubler().twice(1)).isEqualTo(2);
    }

    @Disabled("Remove to run test")
    @Test
    public void many() {
        assertThat(new Doubler().twice(21)).isEqualTo(42);
    }

    @Disabled("Remove to run test")
    @Test
    public void shouting() {
        String expected = "HELLO";
        assertThat(new Doubler().shout("hello")).isEqualTo(expected);
    }
}
""",
    support={"build.gradle": ""},
    forged={
        "reports and leaves": {
            MAIN: JAVA_BROKEN.format(
                head=(
                    "    static {\n        try {\n"
                    "            java.nio.file.Files.write(java.nio.file.Paths.get("
                    '"grader.report"), "ok DoublerTest.one\\nok DoublerTest.many\\n'
                    'ok DoublerTest.shouting\\n".getBytes());\n'
                    "        } catch (Exception error) { }\n"
                    "        Runtime.getRuntime().halt(0);\n    }"
                )
            )
        },
        "framework": {
            MAIN: JAVA_BROKEN.format(head=""),
            "src/main/java/org/assertj/core/api/Assertions.java": (
                "package org.assertj.core.api;\npublic class Assertions {\n"
                "    public static AbstractObjectAssert<?, Object> assertThat(Object any)"
                " { return null; }\n}\n"
            ),
        },
        "own tests and build": {
            MAIN: JAVA_BROKEN.format(head=""),
            "src/test/java/DoublerTest.java": (
                "import org.junit.jupiter.api.Test;\npublic class DoublerTest {\n"
                "    @Test public void one() {}\n    @Test public void many() {}\n"
                "    @Test public void shouting() {}\n}\n"
            ),
            "build.gradle": "test { enabled = false }\n",
        },
    },
)
