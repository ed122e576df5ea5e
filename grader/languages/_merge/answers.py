"""The code in a model's answer, in any language."""

import re

from grader.languages._blocks import before_lone_fence, fenced_blocks


def code_of(answer: str, tags: frozenset[str], entry: re.Pattern[str]) -> str:
    """The last fenced block of the language that defines the function, else the first of any.

    The whole answer where it has no fence. `tags`: names of the language; blocks of others are
    passed over.
    """
    blocks = [block for block in fenced_blocks(answer) if block.text.strip()]
    alone = before_lone_fence(answer)
    if not blocks or (alone.strip() and alone[:1] in " \t\n"):
        return alone
    own = [each.text for each in blocks if each.tag in tags]
    own = own or [each.text for each in blocks if not each.tag]
    own = own or [each.text for each in blocks]
    defining = [text for text in own if entry.search(text)]
    return defining[-1] if defining else own[0]
