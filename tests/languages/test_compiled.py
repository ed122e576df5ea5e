"""Types of Java, C#, Go, Rust, D and Scala over the pipes, and ways to cheat that no list of ours holds."""

import pytest

from grader.core.result import Trust, Verdict
from tests.languages.compiled_attacks import CSHARP, GO, JAVA, RUST
from tests.languages.conftest import task_of

JAVA_BEFORE = "import java.util.*;\nimport java.math.*;\nimport org.javatuples.*;\n"
JAVA_VALUES = (
    ("long", "-5L"), ("int", "7"), ("boolean", "true"), ("char", "'\\uffff'"), ("float", "0.1f"),
    ("double", "1e308"), ("String", '"a\\0\\ud800\\u00e4"'), ("Object", "2.5"),
    ("Long", "(Long) null"), ("ArrayList<ArrayList<Long>>", "new ArrayList<>(Arrays.asList(new ArrayList<>(Arrays.asList(1L, null))))"),
    ("List<String>", 'List.of("a", "b")'), ("HashMap<String,Long>", 'new HashMap<String,Long>(Map.of("a", 1L))'),
    ("Optional<Float>", "Optional.of(1.5f)"), ("Optional<String>", "Optional.<String>empty()"),
    ("Pair<Long, String>", 'Pair.with(1L, "x")'), ("Quartet<Long, Long, Long, Boolean>", "Quartet.with(1L, 2L, 3L, false)"),
    ("BigInteger", "BigInteger.TWO.pow(99)"), ("BigDecimal", 'new BigDecimal("1.50")'),
    ("TreeMap<Integer, Set<Character>>", "new TreeMap<Integer, Set<Character>>(Map.of(1, Set.of('x')))"),
    ("ArrayList<Object>", 'new ArrayList<Object>(Arrays.asList(1, 2L, "c", 1.5f, new ArrayList<Long>()))'),
)  # fmt: skip
CSHARP_VALUES = (
    ("long", "-5L"), ("int", "7"), ("bool", "true"), ("char", "'\\uffff'"), ("float", "0.1f"), ("double", "1e308"),
    ("decimal", "1.50m"), ("string", '"a\\0\\ud800\\u00e4"'), ("string", "null"), ("object", "2.5"), ("long?", "null"),
    ("Nullable<float>", "1.5f"), ("Tuple<long, string>", 'Tuple.Create(1L, "x")'), ("ulong", "18446744073709551615UL"),
    ("Tuple<long, long, bool>", "Tuple.Create(1L, 2L, false)"), ("BigInteger", "BigInteger.Pow(2, 99)"),
)  # fmt: skip
CSHARP_MANY = (
    ("List<long>", "new List<long>{1, 2}"), ("long[]", "new long[]{1, 2}"), ("List<object>", 'new List<object>{1, 2L, "c", null, 1.5f}'),
    ("Dictionary<string,long>", 'new Dictionary<string,long>{{"a", 1}}'), ("HashSet<char>", "new HashSet<char>{'x'}"),
    ("List<Tuple<long, long>>", "new List<Tuple<long, long>>{Tuple.Create(1L, 2L)}"), ("IEnumerable<string>", 'new string[]{"a"}'),
)  # fmt: skip
CSHARP_BEFORE = "using System;\nusing System.Numerics;\nusing System.Diagnostics;\nusing System.Collections.Generic;\nusing System.Linq;\n"
GO_VALUES = (
    ("int", "-5"), ("string", '"a\\x00\\xff"'), ("float64", "1e308"), ("float32", "0.1"), ("rune", "'x'"),
    ("uint64", "1<<63"), ("bool", "true"), ("[]int", "[]int(nil)"), ("[]int", "[]int{}"), ("[2]string", '[2]string{"a"}'),
    ("[][]float64", "[][]float64{{1.5}, nil}"), ("map[string][]int", 'map[string][]int{"a": {1}}'),
    ("map[interface{}]interface{}", 'map[interface{}]interface{}{1: "a", "b": 2.5}'),
    ("interface{}", "int8(3)"), ("interface{}", "interface{}(nil)"), ("[]interface{}", '[]interface{}{1, "a", []int{2}, nil, 1.5}'),
    ("*int", "func() *int { n := 3; return &n }()"), ("complex128", "complex(1, 2)"), ("[]byte", '[]byte("hi")'),
    ("error", 'errors.New("x")'), ("struct{ A int; B string }", 'struct{ A int; B string }{1, "x"}'),
)  # fmt: skip
RUST_VALUES = (
    ("isize", "-5"), ("i128", "-(1 << 100)"), ("u8", "255"), ("f64", "1e308"), ("f32", "0.1"), ("bool", "true"), ("char", "'\\u{10ffff}'"),
    ("String", 'String::from("a\\0")'), ("&'static str", '"x"'), ("Vec<Vec<isize>>", "vec![vec![1], vec![]]"),
    ("Option<String>", "None"), ("Option<(isize, f64)>", "Some((1, 2.5))"), ("(isize, String, bool)", '(1, String::from("x"), false)'),
    ("HashMap<String, Vec<isize>>", 'HashMap::from([(String::from("a"), vec![1])])'), ("[u8; 3]", "[1, 2, 3]"),
    ("Result<isize, String>", 'Err(String::from("no"))'), ("BTreeMap<char, ()>", "BTreeMap::from([('a', ())])"),
    ("Box<isize>", "Box::new(1)"), ("HashSet<isize>", "HashSet::from([1, 2])"),
)  # fmt: skip
D_VALUES = (
    ("int", "-7"), ("float", "0.1f"), ("double", "1e308"), ("real", "1.5L"), ("dchar", "'\\U0010FFFF'"), ("string", '"a\\0\\u00e4"'),
    ("wstring", '"x"w'), ("long[][]", "[[1L], []]"), ("bool[]", "[true, false]"), ("string[]", '["", "b"]'), ("int[3]", "[1, 2, 3]"),
    ("long[string]", '["a": 1L, "b": 2L]'), ("Nullable!(long)", "Nullable!(long).init"), ("Nullable!(string[])", '["x"].nullable'),
    ("Tuple!(string, bool, float)[]", '[tuple("x", true, 1.5f)]'), ("Nullable!(string[long])", '[1L: "x"].nullable'),
)  # fmt: skip
SCALA_VALUES = (
    ("Tuple3[List[List[Long]], Map[String,Either[String, Long]], Option[Tuple2[Boolean, Float]]]",
     '(List(List(1L), Nil), Map[String,Either[String, Long]]("a" -> Right(2L), "b" -> Left("x")), Some((true, 0.1f)))'),
    ("List[Any]", "List[Any](1, 2L, 'c', \"a\\u0000\\ud800\", 1.5f, 2.5, None, Set(1), Vector(1), BigInt(2).pow(99), (1, 2, 3), ArrayBuffer(1), null)"),
)  # fmt: skip


def java(kind, value, wanted):
    tests = f"    }}\n    public static void main(String[] args) {{\n        assert(Objects.equals(f({value}), {wanted}));\n    }}\n}}\n"
    return task_of("java", "multipl-e", f"{JAVA_BEFORE}class Problem {{\n    public static {kind} f({kind} x) {{\n", tests)  # fmt: skip


def csharp(kind, value, wanted):
    tests = f"    }}\n    public static void Main(string[] args) {{\n        Debug.Assert(Equals(F({value}), {wanted}));\n    }}\n}}\n"
    return task_of("cs", "multipl-e", f"{CSHARP_BEFORE}class Problem {{\n    public static {kind} F({kind} x) {{\n", tests)  # fmt: skip


def csharp_many(kind, value, wanted):
    """Collections are equal where they are the same: they are compared one by one."""
    tests = f"    }}\n    public static void Main(string[] args) {{\n        Debug.Assert(F({value}).SequenceEqual({wanted}));\n    }}\n}}\n"
    return task_of("cs", "multipl-e", f"{CSHARP_BEFORE}class Problem {{\n    public static {kind} F({kind} x) {{\n", tests)  # fmt: skip


def go(kind, value, wanted):
    prompt = f'package f_test\n\nimport (\n\t"testing"\n\t"errors"\n\t"os"\n\t"reflect"\n)\n\nvar _ = errors.New\nvar _ = os.Exit\n\nfunc f(x {kind}) {kind} {{\n'
    tests = f'func TestF(t *testing.T) {{\n\tvar given, wanted {kind} = {value}, {wanted}\n\tif !reflect.DeepEqual(f(given), wanted) {{\n\t\tt.Errorf("no")\n\t}}\n}}\n'
    return task_of("go", "multipl-e", prompt, tests)


def rust(kind, value, wanted):
    tests = f"}}\n\nfn main() {{\n    let candidate = f;\n    assert_eq!(candidate({value}), {wanted});\n}}\n"
    return task_of("rs", "multipl-e", f"use std::collections::*;\n\nfn f(x: {kind}) -> {kind} {{\n", tests)  # fmt: skip


def dlang(kind, value, wanted):
    tests = f"unittest\n{{\n    alias candidate = f;\n    {kind} given = {value}, wanted = {wanted};\n    assert(candidate(given) == wanted);\n}}\nvoid main(){{}}"
    return task_of("d", "multipl-e", f"import std.typecons;\n/*\n f (of x).\n*/\n{kind} f({kind} x) \n", tests)  # fmt: skip


def scala(kind, value, wanted):
    tests = f"    }}\n    def main(args: Array[String]) = {{\n    assert(f({value}).equals({wanted}));\n    }}\n\n}}\n"
    return task_of("scala", "multipl-e", f"import scala.collection.mutable._\nobject Problem {{\n    def f(x : {kind}) : {kind} = {{\n", tests)  # fmt: skip


CROSSING = [
    *(("java", java, "return x;", *each) for each in JAVA_VALUES),
    *(("cs", csharp, "return x;", *each) for each in CSHARP_VALUES),
    *(("cs", csharp_many, "return x;", *each) for each in CSHARP_MANY),
    *(("go", go, "\treturn x\n}\n", *each) for each in GO_VALUES),
    *(("rust", rust, "    x", *each) for each in RUST_VALUES),
    *(("d", dlang, "{\n    return x;\n}\n", *each) for each in D_VALUES),
    *(("scala", scala, "        x\n", *each) for each in SCALA_VALUES),
]
CHEATS = [
    *(
        ("java", java("Long", "1L", "42L"), name, f"        {text}\n")
        for name, text in JAVA.items()
    ),
    *(
        ("cs", csharp("long", "1L", "42L"), name, f"        {text}\n")
        for name, text in CSHARP.items()
    ),
    *(("go", go("int", "1", "42"), name, text) for name, text in GO.items()),
    *(("rust", rust("isize", "1", "42"), name, f"    {text}\n") for name, text in RUST.items()),
]


@pytest.mark.share(12)
@pytest.mark.parametrize(("language", "task", "same", "kind", "value"), CROSSING)
def test_types_cross_as_they_are(grading, language, task, same, kind, value):
    result = grading.verdict(task(kind, value, value), same)
    assert (result.verdict, result.trust, result.reason) == (Verdict.PASSED, Trust.SEPARATED, "")


@pytest.mark.share(8)
@pytest.mark.parametrize(("language", "task", "name", "cheat"), CHEATS)
def test_cheats_do_not_pass(grading, language, task, name, cheat):
    result = grading.verdict(task, cheat)
    assert result.verdict in {Verdict.FAILED, Verdict.ERROR, Verdict.TIMEOUT, Verdict.MEMORY}


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("task", "wrong", "line"),
    [
        (java("Long", "1L", "1L"), "        return y;\n", "cannot find symbol"),
        (go("int", "1", "1"), "\treturn y\n}\n", "undefined: y"),
        (rust("isize", "1", "1"), "    y\n", "cannot find value `y`"),
    ],
)
def test_solution_that_does_not_compile_is_an_error_with_the_compilers_lines(grading, task, wrong, line):  # fmt: skip
    result = grading.verdict(task, wrong)
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("does not compile: ")
    assert any(line in each for each in result.evidence)


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("task", "wrong", "said"),
    [
        (java("Long", "1L", "1L"), '        throw new IllegalStateException("so");\n', "IllegalStateException: so"),
        (go("int", "1", "1"), '\tpanic("so")\n}\n', "panic: so"),
        (rust("isize", "1", "1"), '    panic!("so")\n', "panicked: so"),
    ],
)  # fmt: skip
def test_solution_that_raises_is_an_error_that_says_so(grading, task, wrong, said):
    result = grading.verdict(task, wrong)
    assert result.verdict is Verdict.ERROR
    assert said in result.reason


def test_go_solution_may_have_a_main_and_helpers_of_any_name(grading):
    text = "\treturn max(x, 0)\n}\n\nfunc max(a, b int) int { return a + b }\n\nfunc main() {}\n\nfunc min() {}\n"
    assert grading.verdict(go("int", "3", "3"), text).verdict is Verdict.PASSED


def test_rust_tasks_with_types_of_the_solutions_own_are_graded_in_one_process(grading):
    tests = "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn test_f() { assert_eq!(f(1), Own(1)); }\n}\n"
    task = task_of("rs", "humaneval-x", "", tests)
    task = task.model_copy(update={"spec": {**task.spec, "setup": "fn f(a: i32) -> Own {\n"}})
    text = "    Own(a)\n}\n#[derive(Debug, PartialEq)]\nstruct Own(i32);\n"
    result = grading.verdict(task, text)
    assert (result.verdict, result.trust) == (Verdict.PASSED, Trust.SHARED)
    assert "Own is the solution's own" in result.evidence[0]
