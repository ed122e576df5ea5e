"""What is read out of prompts and programs of compiled languages."""

import pytest

from grader.languages import go, java, rs
from grader.languages._methods import signature
from grader.languages._signatures import pieces

PROMPT = """import java.util.*;

class Solution {
    /** Uses public int f(int x) { and "public void g(" in words. */
    private static <T extends Comparable<T>> int helper(List<T> all) {
        return all.size(); // '{'
    }

    // returns public String no(int a) {
    public static Map<String, List<Integer>> counts(final int[] a, Map<String, Long> b,
            String... rest) throws Exception {
"""


def test_java_head_is_the_last_method_and_not_what_comments_say():
    head = signature(PROMPT)
    assert head is not None
    assert (head.name, head.result) == ("counts", "Map<String, List<Integer>>")
    assert [tuple(each) for each in head.parameters] == [
        ("a", "int[]"),
        ("b", "Map<String, Long>"),
        ("rest", "String[]"),
    ]


@pytest.mark.parametrize(
    ("text", "file", "runs"),
    [
        ("public class A { public static void main(String[] a) {} }", "A.java", "A"),
        ("class B {} class C { static public void main(String... a) {} }", "C.java", "C"),
        ("public class D {}\nclass E { public static void main(String[] a) {} }", "D.java", "E"),
        ("package x.y;\npublic class F { public static void main(String[] a) {} }", "F.java", "x.y.F"),
        ("// public class G\nclass H { class I {} public static void main(String[] a) {} }", "H.java", "H"),
        ('class J { String s = "public class K {"; public static void main(String[] a) {} }', "J.java", "J"),
        ("public final class L { enum M { N } static void f() {} public static void main(String[] a) {} }", "L.java", "L"),
        ("not java", "Main.java", "Main"),
    ],
)  # fmt: skip
def test_java_programs_are_named_after_their_classes(text, file, runs):
    program = java.LANGUAGE.program(text)
    assert list(program.files) == [file]
    assert program.run[-1] == runs


def test_go_head_keeps_groups_and_variadic_parameters():
    head = go.signature(
        "package p\n\nfunc f(a, b int, c map[string][]int, d ...string) (int, error) {\n"
    )
    assert head is not None
    assert [each.name for each in head.parameters] == ["a", "b", "c", "d"]
    assert head.result == "(int, error)"
    assert go.signature("// nothing here") is None


def test_rust_head_keeps_references_tuples_and_lifetimes():
    text = "/* fn no() { */\npub fn f<'a>(mut a: i32, b: &'a mut Vec<(i32, String)>, c: (u8, &str)) -> Option<(i32, i32)> {\n"
    head = rs.signature(text)
    assert head is not None
    assert [tuple(each) for each in head.parameters] == [
        ("a", "i32"),
        ("b", "&'a mut Vec<(i32, String)>"),
        ("c", "(u8, &str)"),
    ]
    assert head.result == "Option<(i32, i32)>"


def test_pieces_are_cut_outside_brackets_only():
    assert pieces("a: fn(i32) -> i32, b: Vec<(i32, i32)>, [c, d]") == [
        "a: fn(i32) -> i32",
        "b: Vec<(i32, i32)>",
        "[c, d]",
    ]
    assert pieces(" ") == []
