"""What the inputs of a task have in common: what its statement promises, as far as inputs show it.

After Ernst et al. (2007, "The Daikon system for dynamic detection of likely invariants"): of a
fixed list of properties those are kept that hold for every known input, and a made input without
one of them is none. So a list that is always sorted stays sorted, and what is always positive does.
"""

import string

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
SUPPORT = 4
"""Known inputs that must show a property which chance would show in few."""
LONG = 3
"""Elements from which on order is no chance."""


def domain_of(inputs):
    """A function that says whether arguments are like these inputs."""
    held = [rule for rule in rules_for(inputs) if all(passes(rule, each) for each in inputs)]
    return lambda arguments: all(passes(rule, arguments) for rule in held)


def passes(rule, arguments):
    """Whether a rule holds; one that cannot be asked does not."""
    try:
        return bool(rule(arguments))
    except Exception:
        return False


def rules_for(inputs):
    """All properties that may hold, as functions of a list of arguments."""
    count = len(inputs[0])
    yield lambda arguments: len(arguments) == count
    for place in range(min(count, 8)):
        for rule in rules_of([each[place] for each in inputs if len(each) > place], 0):
            yield lambda arguments, place=place, rule=rule: rule(arguments[place])
    if len(inputs) < 3:
        return
    for one in range(min(count, 4)):
        for other in range(min(count, 4)):
            if one != other:
                yield (
                    lambda arguments, a=one, b=other: (
                        number(arguments[a]) and arguments[a] <= arguments[b]
                    )
                )
                yield lambda arguments, a=one, b=other: len(arguments[a]) == len(arguments[b])
                yield (
                    lambda arguments, a=one, b=other: (
                        number(arguments[a]) and arguments[a] <= len(arguments[b])
                    )
                )
                yield (
                    lambda arguments, a=one, b=other: (
                        number(arguments[a]) and arguments[a] < len(arguments[b])
                    )
                )
                yield lambda arguments, a=one, b=other: arguments[a] in arguments[b]
                yield (
                    lambda arguments, a=one, b=other: (
                        type(arguments[a]) is type(arguments[b]) and arguments[a] != arguments[b]
                    )
                )


def number(value):
    """Whether it is a number and no truth."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def rules_of(values, depth):
    """Properties of one argument, or of the elements of one."""
    kinds = {type(value) for value in values}
    yield lambda value: type(value) in kinds
    numbers = [value for value in values if number(value)]
    texts = [value for value in values if isinstance(value, str)]
    rows = [value for value in values if isinstance(value, (list, tuple))]
    sets = [value for value in values if isinstance(value, (set, frozenset, dict))]
    if numbers:
        yield from rules_of_numbers(numbers)
    if texts:
        yield from rules_of_texts(texts)
    if rows:
        yield from rules_of_rows(rows, depth)
    if sets and all(sets):
        yield lambda value: not isinstance(value, (set, frozenset, dict)) or len(value) > 0
    if depth < 3:
        yield from rules_of_parts(rows, sets, depth)


def rules_of_parts(rows, sets, depth):
    """Properties of what containers hold: every element has them."""
    for picked in (
        lambda value: list(value) if isinstance(value, (list, tuple, set, frozenset)) else [],
        lambda value: list(value.keys()) if isinstance(value, dict) else [],
        lambda value: list(value.values()) if isinstance(value, dict) else [],
    ):
        inner = [each for holder in (*rows, *sets) for each in picked(holder)]
        if inner:
            for rule in rules_of(inner[:500], depth + 1):
                yield lambda value, rule=rule, picked=picked: all(map(rule, picked(value)))
    if rows and len({len(row) for row in rows}) == 1 and len(rows[0]) <= 4 and len(rows) >= 3:
        for place in range(len(rows[0])):  # a pair, a triple: each place has a meaning of its own
            for rule in rules_of([row[place] for row in rows], depth + 1):
                yield lambda value, rule=rule, place=place: rule(value[place])


def rules_of_numbers(numbers):
    """Signs, bounds that mean something, whole numbers, parity."""
    for least in (0, 1, 2):
        yield lambda value, least=least: not number(value) or value >= least
    yield lambda value: not number(value) or -1 <= value <= 1
    yield lambda value: not number(value) or value <= 0
    top = 10 * max([1, *(abs(value) for value in numbers)])
    yield lambda value: not number(value) or abs(value) <= top
    if len(set(numbers)) >= SUPPORT:
        yield lambda value: not number(value) or value % 2 == 0
        yield lambda value: not number(value) or value % 2 == 1


def rules_of_texts(texts):
    """Which characters, of which class, how long, which form."""
    seen = set("".join(texts))
    allowed = set(seen)
    for each in CLASSES:
        if len(seen & set(each)) > 2:
            allowed |= set(each)
    yield lambda value: not isinstance(value, str) or set(value) <= allowed
    yield lambda value: not isinstance(value, str) or len(value) > 0
    if len(set(texts)) >= SUPPORT:
        lengths = {len(text) for text in texts}
        if len(lengths) == 1:
            yield lambda value: not isinstance(value, str) or len(value) in lengths
        yield lambda value: not isinstance(value, str) or (value == value.strip())
        yield lambda value: not isinstance(value, str) or "  " not in value
        yield lambda value: not isinstance(value, str) or balanced(value)
        shapes = {shape(text) for text in texts}
        if len(shapes) == 1:
            yield lambda value: not isinstance(value, str) or shape(value) in shapes
    if len(set(texts)) >= 3 and all(len(text) > 1 for text in texts):
        words = {len(text.split()) for text in texts}
        if len(words) == 1 and words != {1}:
            yield lambda value: not isinstance(value, str) or len(value.split()) in words
        for get in (lambda t: t[:1], lambda t: t[-1:]):
            ends = {get(text) for text in texts}
            if len(ends) == 1:
                yield (
                    lambda value, get=get, ends=ends: (
                        not isinstance(value, str) or get(value) in ends
                    )
                )


def balanced(text):
    """Whether brackets close each other."""
    open_ones = []
    pairs = {")": "(", "]": "[", "}": "{", ">": "<"}
    for each in text:
        if each in "([{<":
            open_ones.append(each)
        elif each in pairs and (not open_ones or open_ones.pop() != pairs[each]):
            return False
    return not open_ones


def shape(text):
    """The marks of a text in their order: `1-2-3` and `10-2-33` have the same."""
    return "".join(each for each in text if not each.isalnum() and each != " ")


def rules_of_rows(rows, depth):
    """Lengths, order, distinctness, and that all rows of a table are as long."""
    yield lambda value: not isinstance(value, (list, tuple)) or len(value) > 0
    most = 4 * max(4, *(len(row) for row in rows))
    yield lambda value: not isinstance(value, (list, tuple)) or len(value) <= most
    lengths = {len(row) for row in rows}
    if len(lengths) == 1 and len(rows) >= 3:
        yield lambda value: not isinstance(value, (list, tuple)) or len(value) in lengths
    if len(rows) >= 3 and all(len(row) % 2 for row in rows):
        yield lambda value: not isinstance(value, (list, tuple)) or len(value) % 2 == 1
    long_rows = [row for row in rows if len(row) >= LONG]
    if len(long_rows) >= min(SUPPORT, max(3, len(rows) // 2)):
        yield lambda value: list(value) == sorted(value)
        yield lambda value: list(value) == sorted(value, reverse=True)
        yield lambda value: len({repr(each) for each in value}) == len(value)
        yield lambda value: len({type(each) for each in value}) <= 1
    yield (
        lambda value: (
            not value
            or not all(isinstance(each, (list, tuple, str)) for each in value)
            or len({len(each) for each in value}) == 1
        )
    )
