"""Programs in other languages that read standard input: built once, run for each case."""

import json
import textwrap

import pytest

import grader
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import program
from grader.graders._written_in import tagged, written
from tests.languages.graded import needed

DOUBLES = {
    "cpp": "#include <iostream>\nint main() { long n; std::cin >> n; std::cout << 2 * n << '\\n'; }\n",
    "js": "console.log(2 * parseInt(require('fs').readFileSync(0, 'utf8')));\n",
    "java": """
        import java.util.Scanner;
        public class Doubler {
            static class Inner { int twice(int n) { return 2 * n; } }
            public static void main(String[] args) {
                System.out.println(new Inner().twice(new Scanner(System.in).nextInt()));
            }
        }
        """,
    "go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tvar n int\n\tfmt.Scan(&n)\n\tfmt.Println(2 * n)\n}\n',
    "rs": """
        use std::io;
        fn main() {
            let mut line = String::new();
            io::stdin().read_line(&mut line).unwrap();
            println!("{}", 2 * line.trim().parse::<i64>().unwrap());
        }
        """,
    "php": '<?php\necho 2 * (int) trim(fgets(STDIN)), "\\n";\n',
}
NAMES = {"cpp": "C++", "js": "javascript", "go": "golang", "rs": "rust"}
WRONG = {
    "failed": ("cpp", '#include <cstdio>\nint main() { puts("1"); }'),
    "error": ("cpp", "int main() { return 3; }"),
    "timeout": ("cpp", "int main() { for (volatile int i = 0;;) i = i + 1; }"),
    "memory": (
        "cpp",
        "#include <cstring>\n#include <cstdlib>\nint main() { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
    ),
    "output": ("cpp", '#include <cstdio>\nint main() { for (;;) puts("2"); }'),
}  # fmt: skip
CHEATS = {
    "a count kept in a file": (
        "cpp",
        """
        #include <fstream>
        #include <iostream>
        int main() {
            int runs = 0;
            std::ifstream("runs") >> runs;
            std::ofstream("runs") << ++runs;
            std::cout << 2 * runs << std::endl;
        }
        """,
    ),
    "a program that writes itself anew": (
        "cpp",
        """
        #include <cstdio>
        #include <unistd.h>
        int main() {
            std::FILE *own = std::fopen("better", "w");
            std::fputs("#!/bin/sh\\nread n; echo $((2 * n))\\n", own);
            std::fclose(own);
            unlink("program");
            rename("better", "program");
            puts("2");
        }
        """,
    ),
    "the outputs looked for": (
        "js",
        """
        const { execSync } = require("child_process");
        const found = execSync("find / -name '*.out' -o -name tests.json 2>/dev/null | head; true");
        console.log(found.toString() || "2");
        """,
    ),
    "files of the machine compiled in": ("cpp", '#include "/etc/shadow"\nint main() {}\n'),
    "an initialiser that leaves": (
        "go",
        'package main\n\nimport "os"\n\nfunc init() { os.Exit(0) }\n\nfunc main() {}\n',
    ),
    "a static block that leaves": (
        "java",
        "public class Main { static { Runtime.getRuntime().halt(0); } public static void main(String[] a) {} }",
    ),
}


def job(*, language="", asked="", body="x", cases=20):
    pairs = [
        {"name": str(n), "stdin": f"{n}\n", "stdout": f"{2 * n}\n"} for n in range(1, cases + 1)
    ]
    spec = {"cases": pairs} | ({"language": asked} if asked else {})
    task = Task(id="double", benchmark="folder", kind="program", limits=Limits(), spec=spec)
    sample = Sample(task_id="double", index=0, body=body, language=language)
    return Job(task=task, sample=sample)


def graded(folder, body, *, language="", asked="", cases=3):
    """The journal's line of one program for the task of doubling a number."""
    task = folder / "tasks" / "double"
    (task / "tests").mkdir(parents=True)
    (task / "instruction.md").write_text("Double it.")
    line = f'language = "{asked}"\n' if asked else ""
    limits = "[limits]\ncpu_s = 2\nwall_s = 8\nmemory_mb = 512\noutput_kb = 64\n"
    (task / "task.toml").write_text(f'[task]\nid = "double"\nkind = "program"\n{line}{limits}')
    for number in range(1, cases + 1):
        (task / "tests" / f"{number}.in").write_text(f"{number}\n")
        (task / "tests" / f"{number}.out").write_text(f"{2 * number}\n")
    row = {"task_id": "double", "solution": textwrap.dedent(body)}
    samples = [row | ({"language": language} if language else {})]
    grader.evaluate("folder", samples, data=folder / "tasks", out=folder / "run")
    lines = map(json.loads, (folder / "run/results.jsonl").read_text().splitlines())
    return next(each for each in lines if "verdict" in each)


@pytest.mark.share(3)
@pytest.mark.parametrize("language", DOUBLES)
def test_program_in_another_language_passes_all_cases(tmp_path, language):
    needed(language)
    found = graded(tmp_path, DOUBLES[language], language=NAMES.get(language, language), cases=10)
    assert (found["verdict"], found["trust"]) == ("passed", "separated")
    assert [each["outcome"] for each in found["tests"]] == ["passed"] * 10


@pytest.mark.parametrize("how", ["task", "fence"])
def test_language_is_the_tasks_or_the_tag_of_the_answers_code(tmp_path, how):
    needed("cpp")
    answer = (
        f"First compile it:\n```bash\ng++ a.cpp\n```\nHere:\n```cpp\n{DOUBLES['cpp']}```\nDone."
    )
    found = graded(tmp_path, answer, asked="c++" if how == "task" else "")
    assert found["verdict"] == "passed"


@pytest.mark.share(3)
@pytest.mark.parametrize("verdict", WRONG)
def test_program_in_another_language_has_the_verdict_of_its_end(tmp_path, verdict):
    language, body = WRONG[verdict]
    needed(language)
    assert graded(tmp_path, body, language=language)["verdict"] == verdict


def test_program_that_does_not_compile_is_an_error_with_the_compilers_lines(tmp_path):
    needed("cpp")
    found = graded(tmp_path, "int main() { return undefined_name; }", language="cpp")
    assert found["verdict"] == "error"
    assert found["reason"].startswith("does not compile: ")
    assert any("undefined_name" in line for line in found["evidence"])
    assert {each["outcome"] for each in found["tests"]} == {"skipped"}


@pytest.mark.share(3)
@pytest.mark.parametrize("cheat", CHEATS)
def test_programs_that_cheat_do_not_pass(tmp_path, cheat):
    language, body = CHEATS[cheat]
    needed(language)
    assert graded(tmp_path, body, language=language)["verdict"] in {"failed", "error"}


def test_program_is_built_once_and_no_step_holds_an_output():
    asked = job(language="cpp", body=DOUBLES["cpp"], cases=200)
    plan = program.plan(asked)
    assert [step.name for step in plan.steps[:3]] == ["build", "1", "2"]
    assert plan.steps[0].keep == ("program",)
    assert all(not step.files for step in plan.steps[1:])
    assert "400" not in plan.model_dump_json()


def test_words_that_name_python_are_pythons():
    assert all(written(job(language=each).sample, "") is None for each in ("Python", "py3", ""))
    assert written(job(body="```python\nx\n```\n```cpp\ny\n```").sample, "") is None
    assert written(job(body="```\nx\n```\n```cpp\ny\n```").sample, "") is None


def test_code_is_the_last_block_of_its_language_and_a_shells_only_where_there_is_no_other():
    answer = "```java\nclass A {}\n```\n```java\nclass B {}\n```\n```sh\njava B\n```\n"
    language, text = tagged(answer)
    assert (language.name, text.strip()) == ("java", "class B {}")
    assert tagged("```sh\necho 1\n```\n")[0].name == "sh"
    assert tagged("```text\nnothing\n```\n") is None


def test_language_that_nobody_has_is_our_trouble(tmp_path):
    found = graded(tmp_path, "x", language="brainfuck")
    assert found["verdict"] == "ungraded"
    assert "brainfuck" in found["reason"]


@pytest.mark.parametrize("tag", ["", "js"])
def test_fence_in_a_comment_that_documents_code_ends_no_block(tag):
    code = f"/**\n * ```{tag}\n * f(1)\n * ```\n */\nconsole.log(1);\n"
    assert tagged(f"Here:\n```js\n{code}```\nDone.\n")[1] == code
    assert tagged(f"1. ```js\n{code}   ```\nDone.\n")[1] == code
