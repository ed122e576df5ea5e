"""Whether a task's image is there or can be had, as facts."""

from enum import StrEnum

from grader.core.record import Record


class ImageStanding(StrEnum):
    """What it takes to have an image."""

    HERE = "here"
    """The engine has it."""
    PULLED = "pulled"
    """The engine has it since a moment ago."""
    PULL = "pull"
    """A registry has it."""
    BUILD = "build"
    """This machine can make it."""
    MISSING = "missing"
    """Nobody has it, or nobody who gives it."""
    UNKNOWN = "unknown"
    """Who may have it did not answer, or answered nonsense."""


class SupplyFault(StrEnum):
    """Whose it is that an image cannot be had."""

    DATA = "the data"
    REGISTRY = "the registry"
    LOGIN = "the login"
    NETWORK = "the network"
    MACHINE = "this machine"
    OPTION = "an option"


class SupplyTrouble(Record):
    """Why an image cannot be had."""

    fault: SupplyFault
    advice: str
    """The next move."""
    is_known: bool
    """Whether it is sure that it cannot be had; else it only was not so now."""


class TriedName(Record):
    """One of an image's names, and why it does not give the image."""

    reference: str
    said: str = ""
    """By the registry, or by us where nobody was asked; empty where it gives the image."""


class ImageSupply(Record):
    """How it stands with the image of one task."""

    task_id: str
    image: str
    """Its first name."""
    standing: ImageStanding
    reference: str = ""
    """The name that gives it; empty where none does."""
    digest: str = ""
    """Its content, as a registry calls it; as the engine does where no registry has it."""
    tried: tuple[TriedName, ...] = ()
    """All names in the order in which they are tried, up to the one that gives the image."""
    trouble: SupplyTrouble | None = None
    note: str = ""
    """What else a person should know."""
