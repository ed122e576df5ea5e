"""What a report says of how answers were read."""

from grader.benchmarks._extract import ExtractionRule
from grader.stats import answers
from grader.stats.answers import answer_notes


def said(ran=5, uncompiled=0, begins=None, *, extraction=None, mode="auto"):
    return list(answer_notes(ran, uncompiled, begins or {}, extraction=extraction or {}, mode=mode))


def test_notes_are_none_where_most_samples_compile():
    assert said(10, 5, {"Sure!": 5}) == []


def test_notes_name_the_commonest_first_line_and_the_option_that_helps():
    (note,) = said(5, 4, {"Sure!\x1b": 3, "x": 1}, mode="none")
    assert note == (
        "4 of 5 samples do not compile, 3 of them begin with 'Sure!\\x1b':"
        " --extract auto takes the code out of answers"
    )


def test_notes_say_what_to_look_at_where_extraction_did_not_help():
    (note,) = said(5, 5, {"#include <x>": 5})
    assert "grader show" in note


def test_notes_say_which_of_several_blocks_was_graded():
    (note,) = said(extraction={"last fence": 2, "fence": 3})
    assert note.startswith("2 answers have several blocks that define the function: the last one")


def test_notes_know_the_extractions_name():
    assert answers.LAST == ExtractionRule.LAST
