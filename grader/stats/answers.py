"""What a report says of how answers were read: whether most do not compile, and what competed."""

from collections.abc import Iterator, Mapping

LAST = "last fence"
"""The extraction of a sample of which several blocks define the function."""


def answer_notes(
    ran: int,
    uncompiled: int,
    begins: Mapping[str, int],
    *,
    extraction: Mapping[str, int],
    mode: str,
) -> Iterator[str]:
    """One sentence each for what a person should look at.

    `ran`: samples that were looked at by themselves; `begins`: first line of those that do not
    compile → how many, most frequent first; `mode`: the run's --extract.
    """
    if 2 * uncompiled > ran:
        line, many = next(iter(begins.items()), ("", 0))
        move = "grader show names each one's fault; are they cut off, or not Python?"
        if mode == "none":
            move = "--extract auto takes the code out of answers"
        yield (
            f"{uncompiled:,} of {ran:,} samples do not compile, {many:,} of them begin with"
            f" {line!a}: {move}"
        )
    if last := extraction.get(LAST, 0):
        yield (
            f"{last:,} answer{'s have' if last != 1 else ' has'} several blocks that define the"
            " function: the last one was graded; --extract none grades answers as given"
        )
