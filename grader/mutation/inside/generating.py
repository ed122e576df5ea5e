"""New inputs of known ones, by type, as EvalPlus makes them (Liu et al. 2023, arXiv:2305.01210)."""

import copy

DEEPEST = 4
LONGEST = 40
"""Elements to which a row is made to grow."""


class InputMaker:
    """Changes inputs a little, out of what it has seen in others."""

    def __init__(self, inputs, random):
        """random: decides everything."""
        self.random = random
        self.pool = {}
        for each in inputs:
            self._learn(list(each), 0)

    def _learn(self, value, depth):
        if depth > DEEPEST:
            return
        self.pool.setdefault(type(value), []).append(value)
        if isinstance(value, dict):
            value = [*value.keys(), *value.values()]
        if isinstance(value, (list, tuple, set, frozenset)):
            for each in list(value)[:50]:
                self._learn(each, depth + 1)

    def changed(self, arguments):
        """Arguments that differ from these in one to three places."""
        made = copy.deepcopy(list(arguments))
        for _ in range(self.random.choice((1, 1, 2, 3)) if made else 0):
            place = self.random.randrange(len(made))
            made[place] = self.other(made[place], 0)
            twin = self.random.randrange(len(made))
            if type(made[twin]) is type(made[place]) and self._happens(0.15):
                made[twin] = copy.deepcopy(made[place])
        return made

    def other(self, value, depth):
        """A value of the same type."""
        ways = ((bool, lambda: not value), (int, lambda: self._integer(value)),
                (float, lambda: self._real(value)), (str, lambda: self._text(value)))  # fmt: skip
        if depth < DEEPEST:
            row = (list, tuple, set, frozenset)
            ways += ((row, lambda: type(value)(self._row(list(value), depth))),)
            ways += ((dict, lambda: self._table(dict(value), depth)),)
        for kind, make in ways:
            if isinstance(value, kind):
                return make()
        return value

    def _happens(self, chance):
        return self.random.random() < chance

    def _seen(self, kind, otherwise):
        found = self.pool.get(kind)
        return copy.deepcopy(self.random.choice(found)) if found else otherwise

    def _integer(self, value):
        chosen = self.random.choice
        return chosen((
            lambda: chosen((0, 1, 2, -1)),
            lambda: -value,
            lambda: self._seen(int, 0),
            lambda: self.random.randint(0, max(4, 2 * abs(value))),
            lambda: value * 2,
            lambda: value + chosen((-1, 1)),
            lambda: value + chosen((-1, 1)),
        ))()  # fmt: skip

    def _real(self, value):
        chosen = self.random.choice
        return chosen((
            lambda: chosen((0.0, 1.0, -1.0, 0.5)),
            lambda: -value,
            lambda: self._seen(float, 0.0),
            lambda: float(round(value)) if abs(value) < 2**53 else value,
            lambda: value + chosen((-0.5, 0.5, 0.1)),
            lambda: value + chosen((-1, 1)),
        ))()  # fmt: skip

    def _text(self, value):
        place = self.random.randrange(len(value) + 1)
        before, after, letter = value[:place], value[place:], self._letter(value)
        return self.random.choice((
            lambda: "" if self._happens(0.5) else letter,
            lambda: before + after[1:],
            lambda: before + letter + after[1:],
            lambda: before + letter + after[1:],
            lambda: before + letter + after,
            lambda: before + before[-1:] + after,
            lambda: value[::-1] if self._happens(0.3) else after + before,
            lambda: before if self._happens(0.4) else self._seen(str, before),
            lambda: before + after[:1].swapcase() + after[1:],
            lambda: value.swapcase() if self._happens(0.3) else f"{before} {after}",
        ))()  # fmt: skip

    def _letter(self, value):
        near = self.random.choice(value or self._seen(str, "a") or "a")
        for each in CLASSES:
            if near in each and self._happens(0.6):
                return self.random.choice(each)
        return near

    def _row(self, row, depth):
        if not row:
            inner = [each for each in self.pool.get(list, ()) if each]
            return [copy.deepcopy(self.random.choice(self.random.choice(inner)))] if inner else row
        random = self.random
        place = random.randrange(len(row))
        before, after, here = row[:place], row[place + 1 :], row[place]
        twin = copy.deepcopy(random.choice(row))
        return random.choice((
            lambda: [] if self._happens(0.4) else row[:1],
            lambda: before + after,
            lambda: [*before, here, twin, *after],
            lambda: [*before, twin, *after],
            lambda: [*before, self._seen(type(here), here), *after],
            lambda: random.sample(row, len(row)),
            lambda: before if self._happens(0.5) else row[::-1],
            lambda: [*before, here, self.other(twin, depth + 1), *after],
            lambda: row + before if len(row) < LONGEST else row,
            lambda: [*before, self.other(here, depth + 1), *after],
            lambda: [*before, self.other(here, depth + 1), *after],
        ))()  # fmt: skip

    def _table(self, table, depth):
        keys = list(table)
        if not keys or self._happens(0.1):
            return {}
        key = self.random.choice(keys)
        other = self.other(key, depth + 1)
        rest = {each: value for each, value in table.items() if each != key}
        return self.random.choice((
            lambda: rest,
            lambda: {**table, other: copy.deepcopy(table[key])},
            lambda: {**rest, other: table[key]},
            lambda: {**table, key: self.other(table[key], depth + 1)},
        ))()  # fmt: skip
