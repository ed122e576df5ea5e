"""A candidate that answers what is no answer: no test can catch that and be content."""

import pytest

from grader.core.result import Verdict
from tests.languages.conftest import task_of

FRAMES = (
    b"", b"n", b"t", b"s\0\0\0\1x", b"y\0\0\0\1\xff", b"r\0\0\0\3a/b", b"i\0\0\0\1z",
    b"b\0\0\0\4iinf", b"l\0\0\0\1n", b"l\xff\xff\xff\xff", b"m\0\0\0\1nn", b"m\0\0\0\0",
    b"l\0\0\0\2nn", b"l\0\0\0\1" * 50_000 + b"n", b"l\0\0\0\2s\0\0\0\6raisedm\0\0\0\0",
)  # fmt: skip
TASKS = {
    "php": (
        "<?php\nfunction add($a, $b) {\n",
        ("$thrown = false;\ntry { add(1, 2); } catch (Throwable $e) { $thrown = true; }\n"
        "if (!$thrown) { throw new Exception('Test failed!'); }\n"),
        ("    $text = hex2bin('%s');\n    fwrite(fopen('php://fd/4', 'wb'),"
        " pack('N', strlen($text)) . $text);\n    for (;;) {}\n}\n"),
    ),
    "rb": (
        "# Add.\ndef add(a, b)\n",
        ("require 'test/unit'\nclass TestHumanEval < Test::Unit::TestCase\n  def test_add\n"
        "    candidate = method(:add)\n    thrown = false\n"
        "    begin\n      candidate.call(1, 2)\n    rescue Exception\n      thrown = true\n    end\n"
        "    assert_equal(true, thrown)\n  end\nend\n"),
        ("  text = ['%s'].pack('H*')\n"
        "  IO.for_fd(4, 'wb').syswrite([text.bytesize].pack('N') + text)\n  loop {}\nend\n"),
    ),
    "pl": (
        "# Add.\nsub add {\n    my($a, $b) = @_;\n",
        "exit(1) if eval { add(1, 2); 1 };\n",
        ("    my $text = pack('H*', '%s');\n    open(my $out, '>&=', 4);\n"
        "    syswrite($out, pack('N', length($text)) . $text);\n    1 while 1;\n}\n"),
    ),
    "lua": (
        "-- Add.\nlocal function add(a, b)\n",
        ("lu = require('luaunit')\nfunction test_add()\n"
        "  lu.assertEquals(pcall(add, 1, 2), false)\nend\nos.exit(lu.LuaUnit.run())\n"),
        ("  local text = ('%s'):gsub('..', function(two) return string.char(tonumber(two, 16)) end)\n"
        "  local out = io.open('/dev/fd/4', 'wb')\n  out:write(string.pack('>I4', #text), text)\n"
        "  out:flush()\n  while true do end\nend\n"),
    ),
}  # fmt: skip


@pytest.mark.share(3)
@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
@pytest.mark.parametrize("language", sorted(TASKS))
def test_tests_cannot_catch_what_is_no_answer(grading, language, frame):
    prompt, tests, answer = TASKS[language]
    task = task_of(language, "multipl-e", prompt, tests)
    result = grading.verdict(task, answer % frame.hex())
    assert result.verdict in {Verdict.ERROR, Verdict.TIMEOUT}, result


@pytest.mark.parametrize("language", sorted(TASKS))
def test_what_a_candidate_raises_ends_the_tests(grading, language):
    raising = {"php": "throw new Exception('no');\n}\n", "rb": "raise 'no'\nend\n"}
    raising |= {"pl": "die 'no';\n}\n", "lua": "error('no')\nend\n"}
    prompt, tests, _ = TASKS[language]
    result = grading.verdict(task_of(language, "multipl-e", prompt, tests), raising[language])
    assert result.verdict is Verdict.ERROR, result
