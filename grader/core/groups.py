"""Groups of exceptions, as concurrent work raises them."""

from typing import cast

from grader.errors import GraderError


def only(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one exception inside nested groups; the group itself where there are more.

    Of several that are all explained the first stands for all: an engine that has gone away is one
    thing, however many workers meet it.
    """
    group, inner = several, [*several.exceptions]
    while len(inner) == 1 and isinstance(inner[0], BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", inner[0])
        inner = [*group.exceptions]
    explained = all(isinstance(each, GraderError) for each in inner)
    return inner[0] if len(inner) == 1 or explained else several
