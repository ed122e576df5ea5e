"""How the image of a repository task is made where nobody publishes one: data, and its names.

An environment (a base image, pinned packages) is shared by all tasks that have it in common; a task
adds its repository at one commit, installed. Both are named by the content of what makes them, so
an image is made once, and never used for anything else.
"""

from grader.core.record import Record, digest

ENVIRONMENT_NAME, TASK_NAME = "grader/environment", "grader/repository"
HARBOR_NAME = "grader/harbor"
"""Images of task directories that come with a Dockerfile."""
MADE_NAMES = (ENVIRONMENT_NAME, TASK_NAME, HARBOR_NAME)
ENVIRONMENT_VERSION, TASK_VERSION = "2", "3"
"""Change when the way images are made does, so that old ones are not taken for new."""
SHORT = 24


class ImageRecipe(Record):
    """What to install, before any model's patch is there."""

    base_image: str
    """Reference of an image with Python, git and patch."""
    python: str = "/usr/bin/python3"
    """Interpreter in the base image."""
    packages: tuple[str, ...] = ()
    """Requirements, pinned: they are installed without their dependencies."""
    prepare: tuple[str, ...] = ()
    """Shell commands in the repository before it is installed; what they edit is committed."""
    install: str = ""
    """Shell command that installs the repository, without a network."""
    environment: str = "/opt/testbed"
    """Where the virtual environment is."""
    directory: str = "/testbed"
    """Where the repository is."""

    @property
    def environment_image(self) -> str:
        """Reference of the shared part."""
        fixed = (ENVIRONMENT_VERSION, self.base_image, self.python, self.environment)
        return named(ENVIRONMENT_NAME, (*fixed, *self.packages))

    def task_image(self, repository: str, commit: str) -> str:
        """Reference of the whole, for `owner/name` at a full commit id."""
        parts = (
            TASK_VERSION,
            self.environment_image,
            repository,
            commit,
            self.directory,
            self.install,
            *self.prepare,
        )
        return named(TASK_NAME, parts)


def is_made_here(reference: str) -> bool:
    """Whether an image of this name comes from a recipe: no registry has it."""
    return reference.startswith(tuple(f"{name}:" for name in MADE_NAMES))


def named(name: str, parts: tuple[str, ...]) -> str:
    """`name` with a tag that says what it was made from."""
    return f"{name}:{digest(*(part.encode() for part in parts))[:SHORT]}"
