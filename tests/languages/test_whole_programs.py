"""A whole program in the place of a prompt: imports and helpers kept, its start and tests dropped."""

import pytest

from grader.languages._merge.merge import defines_entry, merged
from grader.languages.base import TaskText

FENCED = "Here it is:\n\n```{tag}\n{code}\n```\n\nIt adds. Try `add(1, 2)`."


def whole(language, prompt, tests, code, setup=""):
    task = TaskText("multipl-e", "x", prompt, tests, setup=setup)
    found = merged(language, task, code, tags=frozenset({"tag"}))
    return found.task.prompt + found.completion + "\n" + tests


CASES = {
    "go": (
        'package add_test\n\nimport (\n    "testing"\n    "fmt"\n)\n\n// Adds.\nfunc add(a int) int {\n',
        "func TestAdd(t *testing.T) {\n}\n",
        (
            'package main\n\nimport (\n\t"fmt"\n\t"math"\n\tstr "strings"\n\t"os"\n)\n\ntype pair struct {\n\tx int\n}\n\n'
            "func half(x int) int {\n\treturn int(math.Floor(float64(x))) / 2\n}\n\n"
            'func add(a int) int {\n\treturn half(a) + len(str.ToUpper(""))\n}\n\n'
            "func main() {\n\tfmt.Println(add(1), os.Args)\n}\n\nfunc TestAdd(t *testing.T) {\n\tpanic(1)\n}\n"
        ),
        ['"math"', 'str "strings"', "func half", "type pair", "package add_test"],
        ["func main", '"os"', "panic(1)", "package main"],
    ),
    "cpp": (
        "#include<assert.h>\n#include<bits/stdc++.h>\n// Adds.\nlong add(long a) {\n",
        "}\nint main() {\n    assert(add(1) == 2);\n}\n",
        (
            "#include <iostream>\n#include <gmp.h>\nusing namespace std;\n\nstruct P { int x; };\n\n"
            "static long inc(long);\n\nlong add(long a) {\n    return inc(a);\n}\n\n"
            "static long inc(long x)\n{\n    return x + 1;\n}\n\n"
            'int main() {\n    cout << add(3) << "}" << endl;\n    return 0;\n}\n'
        ),
        ["<gmp.h>", "using namespace std;", "struct P", "long inc(long x)\n{", "bits/stdc++"],
        ["cout <<"],
    ),
    "java": (
        "import java.util.*;\nclass Problem {\n    // Adds.\n    public static long add(long a) {\n",
        "    }\n    public static void main(String[] args) {\n    }\n\n}\n",
        (
            "package x;\n\nimport java.util.*;\nimport java.util.function.*;\n\npublic class Problem {\n"
            "    private static final int ONE = 1;\n\n    // Adds.\n    public static long add(long a) {\n"
            "        return help(a, new Box());\n    }\n\n    static long help(long a, Box b) {\n"
            "        if (a > 0) {\n            return a;\n        }\n        return b.x + ONE;\n    }\n\n"
            "    public static void main(String[] args) {\n        System.out.println(add(1));\n    }\n}\n\n"
            "public class Box {\n    int x = 1;\n}\n"
        ),
        ["java.util.function", "ONE = 1", "static long help", "class Box"],
        ["println", "package x", "public class Box"],
    ),
    "cs": (
        "using System;\nclass Problem {\n    // Adds.\n    public static long Add(long a) {\n",
        "    }\n    public static void Main(string[] args) {\n    }\n\n}\n",
        (
            "using System;\nusing System.Linq;\n\nnamespace N\n{\n    class Program\n    {\n"
            "        static long Two(long a) => a * 2;\n\n        public static long Add(long a) => Two(a);\n\n"
            "        static void Main()\n        {\n            Console.WriteLine(Add(1));\n        }\n    }\n}\n"
        ),
        ["System.Linq", "static long Two", "return Two(a);"],
        ["WriteLine", "namespace"],
    ),
    "rs": (
        "/// Adds.\nfn add(a: isize) -> isize {\n",
        "}\n\nfn main() {\n    assert_eq!(add(1), 2);\n}\n",
        (
            "use std::collections::HashMap;\n\n#[derive(Debug)]\nstruct P {\n    x: isize,\n}\n\n"
            "fn add(mut a: isize) -> isize {\n    a += one();\n    a\n}\n\nfn one() -> isize {\n    1\n}\n\n"
            'fn main() {\n    println!("{}", add(1));\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n'
        ),
        ["HashMap", "#[derive(Debug)]\nstruct P", "fn one()", "mut a"],
        ["println", "mod tests", "cfg(test)"],
    ),
    "js": (
        "//Adds.\nfunction add(a){\n",
        "const assert = require('node:assert');\nassert.deepEqual(add(1), 2);\n",
        (
            "'use strict';\nconst assert = require('assert');\nconst fs = require('fs');\nconst ONE = 1;\n\n"
            "const inc = (x) => {\n  return x + ONE;\n};\n\nfunction add(a) {\n  return inc(a);\n}\n\n"
            "const shown = add(3);\nconsole.log(shown);\nassert.equal(add(1), 3);\nmodule.exports = add;\n"
        ),
        ["require('fs')", "ONE = 1", "const inc"],
        ["require('assert')", "console.log", "shown", "module.exports"],
    ),
    "ts": (
        "//Adds.\nfunction add(a: number): {[k: string]: number} {\n",
        "declare var require: any;\nconst assert = require('node:assert');\n",
        (
            "interface P { x: number; }\n\nexport function add(a: number): {[k: string]: number} {\n"
            "  return {a: inc(a)};\n}\n\nfunction inc(a: number): number {\n  return a + 1;\n}\n\nconsole.log(add(1));\n"
        ),
        ["interface P", "function inc"],
        ["console.log", "export"],
    ),
    "php": (
        "<?php\n// Adds.\nfunction add($a) {\n",
        "function candidate(...$args) {\n    return add(...$args);\n}\n",
        (
            "<?php\n\ndeclare(strict_types=1);\n\nconst ONE = 1;\n\nfunction inc($x) {\n    return $x + ONE;\n}\n\n"
            "function add($a)\n{\n    return inc($a);\n}\n\n$shown = add(1);\necho $shown;\n?>\n"
        ),
        ["const ONE", "function inc"],
        ["echo", "$shown", "?>", "strict_types"],
    ),
    "rb": (
        "# Adds.\ndef add(a)\n",
        "require 'test/unit'\n",
        (
            "require 'set'\nrequire 'minitest/autorun'\n\nONE = 1\n\ndef inc(x)\n  x + ONE\nend\n\n"
            "def add(a)\n  if a > 0\n    return inc(a)\n  end\n  0\nend\n\nputs add(1)\n\n"
            "class TestAdd < Minitest::Test\n  def test_it\n  end\nend\n\nif __FILE__ == $0\n  puts 1\nend\n"
        ),
        ["require 'set'", "ONE = 1", "def inc"],
        ["minitest", "Minitest", "puts", "__FILE__"],
    ),
    "pl": (
        "# Adds.\nsub add {\n    my($a) = @_;\n",
        "use Test::Deep;\n",
        (
            "#!/usr/bin/perl\nuse strict;\nuse List::Util qw(sum);\n\nmy %seen = (a => 1);\n\nsub inc {\n    return $_[0] + 1;\n}\n\n"
            'sub add {\n    my ($a) = @_;\n    return inc($a);\n}\n\nprint add(1), "\\n";\nmy $shown = add(2);\n'
        ),
        ["use strict", "List::Util", "%seen", "sub inc"],
        ["print", "$shown"],
    ),
    "lua": (
        "-- Adds.\nlocal function add(a)\n",
        "lu = require('luaunit')\n",
        (
            "local ONE = 1\n\nlocal function inc(x)\n    return x + ONE\nend\n\nlocal function add(a)\n"
            "    if a then\n        return inc(a)\n    end\nend\n\nprint(add(1))\nlocal shown = add(2)\nreturn add\n"
        ),
        ["ONE = 1", "function inc"],
        ["print", "shown", "return add\n"],
    ),
    "sh": (
        "#!/bin/bash\n# Adds.\n#\n# $1 is an integer\nadd() {\n",
        '}\n\ncandidate() {\n    add "$@"\n}\n',
        (
            "#!/bin/bash\nONE=1\n\nfunction inc {\n    echo $(($1 + ONE))\n}\n\nadd() {\n"
            "    for x in 1; do\n        inc $1\n    done\n}\n\nadd 3\nresult=$(add 4)\necho $result\n\n# Try: add 3\n"
        ),
        ["ONE=1", "function inc"],
        ["add 3", "result", "echo $result"],
    ),
    "r": (
        "# Adds.\nadd <- function(a) {",
        "test_humaneval <- function() {\n}\n",
        (
            "library(stats)\nONE <- 1\n\ninc <- function(x) {\n  x + ONE\n}\n\nadd <- function(a) {\n  inc(a)\n}\n\n"
            "print(add(1))\nshown <- add(2)\n"
        ),
        ["library(stats)", "ONE <- 1", "inc <- function"],
        ["print", "shown"],
    ),
    "d": (
        "import std.math;\n/*\nAdds.\n*/\nlong add(long a) \n",
        "unittest\n{\n    alias candidate = add;\n}\nvoid main(){}",
        (
            "import std.stdio;\nimport std.algorithm;\n\nlong inc(long x)\n{\n    return x + 1;\n}\n\n"
            "long add(long a)\n{\n    return inc(a);\n}\n\nvoid main()\n{\n    writeln(add(1));\n}\n\nunittest\n{\n    assert(add(1) == 3);\n}\n"
        ),
        ["std.algorithm", "long inc", "std.math"],
        ["writeln", "== 3"],
    ),
    "rkt": (
        "#lang racket\n\n;; Adds.\n(define (add a)\n",
        "(require rackunit)\n",
        (
            "#lang racket\n\n(require racket/list)\n(provide add)\n\n(define one 1)\n\n(define (inc x)\n  (+ x one))\n\n"
            "(define (add a)\n  (inc a))\n\n(displayln (add 1))\n(add 2)\n(module+ test\n  (check-equal? (add 1) 2))\n"
        ),
        ["racket/list", "(define one 1)", "(define (inc x)"],
        ["displayln", "(add 2)", "provide", "module+"],
    ),
    "scala": (
        "import scala.math._\nobject Problem {\n    // Adds.\n    def add(a : Long) : Long = {\n",
        "    }\n    def main(args: Array[String]) = {\n    }\n\n}\n",
        (
            "import scala.util.Try\n\nobject Problem {\n    val one = 1\n\n    def add(a: Long): Long = {\n        inc(a)\n    }\n\n"
            "    def inc(a: Long): Long = {\n        a + one\n    }\n\n    def main(args: Array[String]): Unit = {\n        println(add(1))\n    }\n}\n"
        ),
        ["scala.util.Try", "val one", "def inc", "scala.math"],
        ["println"],
    ),
}


@pytest.mark.parametrize("language", sorted(CASES))
def test_program_keeps_what_it_needs_and_loses_what_the_task_has(language):
    prompt, tests, code, kept, lost = CASES[language]
    for answer in (code, FENCED.format(tag="tag", code=code), FENCED.format(tag="", code=code)):
        text = whole(language, prompt, tests, answer)
        assert all(each in text for each in kept), text
        assert not any(each in text for each in lost), text
        assert "```" not in text
        for opening, closing in ("{}", "()"):
            assert text.count(opening) == text.count(closing), text


@pytest.mark.parametrize("language", sorted(CASES))
def test_whole_program_is_told_from_a_continuation(language):
    prompt, tests, code, _, _ = CASES[language]
    task = TaskText("multipl-e", "x", prompt, tests)
    assert defines_entry(language, task, code)
    assert not defines_entry(language, task, "    return a;\n")
    assert merged(language, task, "    return a;\n").completion == "    return a;\n"


def test_continuation_in_a_fence_loses_the_brace_that_the_tests_bring():
    prompt, tests, *_ = CASES["cpp"]
    text = whole("cpp", prompt, tests, "```cpp\n    return a;\n}\n```")
    assert text.count("{") == text.count("}")


def test_answer_behind_a_prompt_that_opened_the_fence_ends_at_it():
    prompt, tests, *_ = CASES["js"]
    text = whole("js", prompt, tests, "    return a + 1;\n}\n```\nThis adds one.")
    assert "This adds" not in text


def test_block_of_another_language_is_passed_over():
    prompt, tests, code, *_ = CASES["js"]
    answer = f"```sh\nnpm install\n```\n```tag\n{code}```\n```\n3\n```"
    assert "npm" not in whole("js", prompt, tests, answer)
    assert "const inc" in whole("js", prompt, tests, answer)


def test_rust_use_that_the_set_up_has_is_not_repeated():
    code = "use std::collections::HashMap;\nuse std::fmt;\nfn add(a: i32) -> i32 {\n    a\n}\n"
    setup = "use std::collections::{HashSet, HashMap};\nfn add(a: i32) -> i32{\n"
    text = whole("rs", "/* Adds. */\n", "#[cfg(test)]\nmod t {}\n", code, setup)
    assert "HashMap" not in text
    assert "use std::fmt" in text


def test_helpers_of_a_prompt_stay_where_the_answer_has_none_of_their_name():
    prompt = "def inc(x)\n  x + 1\nend\n\n# Adds.\ndef add(a)\n"
    tests = "require 'test/unit'\n"
    assert whole("rb", prompt, tests, "def add(a)\n  inc(a)\nend\n").count("def inc") == 1
    own = "def inc(x)\n  x\nend\n\ndef add(a)\n  inc(a)\nend\n"
    assert whole("rb", prompt, tests, own).count("def inc") == 1


def test_comment_behind_the_function_is_not_its_end():
    prompt, tests, *_ = CASES["cpp"]
    text = whole(
        "cpp", prompt, tests, "long add(long a) {\n    return a;\n}\n\n// add(3) gives 3\n"
    )
    assert text.count("{") == text.count("}")
    assert "gives" not in text


def test_function_is_not_one_whose_name_begins_alike():
    prompt, tests, *_ = CASES["sh"]
    prompt, tests = prompt.replace("add", "f"), tests.replace("add", "f")
    code = "factorial() {\n    echo 1\n}\n\nf() {\n    factorial\n}\n\nf 3\n"
    text = whole("sh", prompt, tests, code)
    assert text.index("factorial() {") < text.index("\nf() {")
    assert "f 3" not in text


@pytest.mark.parametrize("language", ["cpp", "java", "cs", "d"])
def test_name_is_the_last_head_s_and_not_a_word_before_a_bracket_in_a_comment(language):
    prompt, tests, code, *_ = CASES[language]
    spoken = prompt.replace("Adds.", "Adds the part (the first of two) to it.\n//", 1)
    task = TaskText("multipl-e", "x", spoken, tests)
    assert defines_entry(language, task, code)


IN_LISTS = (
    ("1. First:\n   ```tag\n{code}   ```\n", "   "),
    ("- ~~~tag\n{code}  ~~~\nDone.\n", "  "),
    ("> ```tag\n{code}> ```\n", "> "),
)
"""Answers, and what stands before their lines."""


@pytest.mark.parametrize("language", sorted(CASES))
@pytest.mark.parametrize(("answer", "before"), IN_LISTS)
def test_program_in_a_list_or_a_quotation_is_taken_out_of_it(language, answer, before):
    prompt, tests, code, kept, _ = CASES[language]
    margin = "".join(before + line for line in code.splitlines(keepends=True))
    text = whole(language, prompt, tests, answer.format(code=margin))
    assert text == whole(language, prompt, tests, code)
    assert all(each in text for each in kept)


@pytest.mark.parametrize("fence", ["~~~", "~~~~", "````"])
def test_continuation_in_any_fence_is_taken_out_of_it(fence):
    prompt, tests, *_ = CASES["js"]
    text = whole(
        "js", prompt, tests, f"Here:\n{fence}js\n    return a + 1;\n}}\n{fence}\nThat is all."
    )
    assert "return a + 1;" in text
    assert "Here" not in text
    assert "all" not in text


def test_whole_program_whose_comment_has_a_fence_stays_whole():
    prompt, tests, code, kept, _ = CASES["js"]
    comment = "/**\n * Adds.\n * ```js\n * f(1)\n * ```\n */\n"
    text = whole("js", prompt, tests, comment + code)
    assert all(each in text for each in kept)
