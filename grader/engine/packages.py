"""Which of this machine's packages samples may import."""

from difflib import get_close_matches
from importlib import metadata

from grader.engine.options import EngineOptions
from grader.errors import UsageError
from grader.sandboxes._slot import distributions
from grader.sandboxes.base import has_images


def shown(options: EngineOptions) -> tuple[str, ...]:
    """`name==version` of the packages asked for and of all that they need.

    Raises UsageError for a name that this Python does not have, and where images decide.
    """
    if not options.packages:
        return ()
    if has_images(options.sandbox):
        raise UsageError(
            f"--package shows packages of this machine; in the sandbox '{options.sandbox}' the"
            " image decides: install them there"
        )
    for name in options.packages:
        refuse_unknown(name)
    found = distributions.with_needs(options.packages)
    return tuple(f"{each.metadata['Name']}=={each.version}" for each in found)


def heavy(options: EngineOptions) -> tuple[str, ...]:
    """Modules of the packages asked for, to be imported once and not by every sample."""
    return tuple(filter(None, map(distributions.module, options.packages)))


def refuse_unknown(name: str) -> None:
    """UsageError with the nearest name where no installed distribution is called so."""
    try:
        metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError) as error:
        raise UsageError(
            f"--package {name}: this Python has no such distribution; {nearest(name)}"
        ) from error


def nearest(name: str) -> str:
    """The next move for a name that nothing is called by."""
    providers = metadata.packages_distributions()
    if name in providers:
        return f"the module {name} is of --package {providers[name][0]}"
    names = {distributions.normal(each.metadata["Name"]): each for each in metadata.distributions()}
    close = get_close_matches(distributions.normal(name), names, n=1)
    if close:
        return f"did you mean {names[close[0]].metadata['Name']}?"
    return "install it beside grader first"
