# pyright: basic
"""Keys of a TOML text with their values as written: enough to compare some of its tables.

After the grammar of toml.io v1.0.0: strings of four kinds, dotted and quoted keys, inline tables,
arrays over several lines, comments. Python 3.6 has no reader of its own, and images have no other.
"""

import json
import re

BARE = re.compile(r"[A-Za-z0-9_-]+")
PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d[^\s,\]}#]*|[^\s,\]}#]+")
"""A number, a truth value, a time; only a date may have a blank in it."""
CLOSERS = {"[": "]", "{": "}"}


class NotToml(ValueError):
    """The text is no TOML, so nobody knows what a tool reads in it."""


def entries(text):
    """(path, value) in order; path: names from the outermost table in, value: its source."""
    reader = TomlReader(text.replace("\r\n", "\n"))
    table = ()
    while reader.skip_blank():
        if reader.peek("["):
            table = reader.header()
        else:
            path = table + reader.dotted()
            reader.expect("=")
            yield path, reader.value()
        reader.end_of_line()


class TomlReader:
    """A position in a text."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def peek(self, wanted):
        """Whether `wanted` comes next."""
        return self.text.startswith(wanted, self.at)

    def expect(self, wanted):
        """Go past `wanted`, with blanks before it."""
        self.skip(" \t")
        if not self.peek(wanted):
            raise NotToml("%r expected at character %d" % (wanted, self.at))
        self.at += len(wanted)

    def skip(self, letters):
        """Go past any of some letters."""
        while self.at < len(self.text) and self.text[self.at] in letters:
            self.at += 1

    def skip_blank(self):
        """Go past white space and comments; whether there is more."""
        while True:
            self.skip(" \t\n")
            if not self.peek("#"):
                return self.at < len(self.text)
            self.skip_line()

    def skip_line(self):
        """Go to the end of the line."""
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def end_of_line(self):
        """Nothing but a comment may stand before the end of the line."""
        self.skip(" \t")
        if self.peek("#"):
            self.skip_line()
        if self.at < len(self.text) and not self.peek("\n"):
            raise NotToml("more than one thing in a line, at character %d" % self.at)

    def header(self):
        """The names of `[a.b]` or `[[a.b]]`."""
        double = self.peek("[[")
        self.at += 2 if double else 1
        path = self.dotted()
        self.expect("]]" if double else "]")
        return path

    def dotted(self):
        """Names with dots between."""
        found = [self.key()]
        while True:
            self.skip(" \t")
            if not self.peek("."):
                return tuple(found)
            self.at += 1
            found.append(self.key())

    def key(self):
        """One name, bare or quoted."""
        self.skip(" \t")
        if self.peek('"') or self.peek("'"):
            start = self.at
            self.string()
            return unquoted(self.text[start : self.at])
        found = BARE.match(self.text, self.at)
        if not found:
            raise NotToml("a key expected at character %d" % self.at)
        self.at = found.end()
        return found.group()

    def value(self):
        """The source of a value."""
        self.skip(" \t")
        start = self.at
        if self.peek('"') or self.peek("'"):
            self.string()
        elif self.peek("[") or self.peek("{"):
            self.nested()
        else:
            found = PLAIN.match(self.text, self.at)
            self.at = found.end() if found else self.at
        if start == self.at:
            raise NotToml("a value expected at character %d" % start)
        return self.text[start : self.at].strip()

    def nested(self):
        """Go past an array or an inline table, strings and comments in it included."""
        open_ones = []
        while True:
            if not self.skip_blank():
                raise NotToml("a bracket that is not closed")
            letter = self.text[self.at]
            if letter in "\"'":
                self.string()
                continue
            self.at += 1
            if letter in CLOSERS:
                open_ones.append(CLOSERS[letter])
            elif letter in "]}":
                if open_ones.pop() != letter:
                    raise NotToml("brackets that do not fit at character %d" % self.at)
                if not open_ones:
                    return

    def string(self):
        """Go past a string: basic or literal, of one line or of several."""
        mark = self.text[self.at]
        if self.peek(mark * 3):
            self.long_string(mark)
            return
        at = self.at + 1
        while at < len(self.text) and self.text[at] not in ("\n", mark):
            at += 2 if mark == '"' and self.text[at] == "\\" else 1
        if at >= len(self.text) or self.text[at] == "\n":
            raise NotToml("a string that is not closed, at character %d" % self.at)
        self.at = at + 1

    def long_string(self, mark):
        """Go past a string between three marks; up to two more may stand at its end."""
        at = self.at + 3
        while not self.text.startswith(mark * 3, at):
            if at >= len(self.text):
                raise NotToml("a string that is not closed, at character %d" % self.at)
            at += 2 if mark == '"' and self.text[at] == "\\" else 1
        at += 3
        extra = 0
        while extra < 2 and self.text.startswith(mark, at):
            at, extra = at + 1, extra + 1
        self.at = at


def unquoted(source):
    """The name that a quoted key stands for."""
    if source.startswith(("'''", '"""')):
        raise NotToml("a key over several lines")
    if source.startswith("'"):
        return source[1:-1]
    escaped = re.sub(r"\\U([0-9A-Fa-f]{8})", as_letter, source)
    return json.loads(escaped, strict=False)


def as_letter(match):
    """A long escape as its letter; no letter that would end the string."""
    number = int(match.group(1), 16)
    if number > 0x10FFFF:
        raise NotToml("no such character: %r" % match.group())
    return json.dumps(chr(number))[1:-1]
