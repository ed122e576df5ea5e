"""Make the images that recipes describe: an environment once, a repository's tree on top of it.

Runs a base image's own package installer and the repository's own set-up, which are trusted as the
data set is; no model's code is there yet. Certificates of this machine are mounted for downloads
and never become a part of an image.
"""

import os
import secrets
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from grader.core.container import ContainerOptions
from grader.errors import ImageError, UsageError
from grader.image import recipe_stages
from grader.image.installer import missing, version
from grader.image.noting import ImageNotes
from grader.image.recipe import ImageRecipe
from grader.image.resolve import present
from grader.image.steps import SetupStep, failure, script
from grader.repo import bare

ENGINE = "unix:///var/run/docker.sock"
CALL_S = 3600
"""Seconds that an installation may stay silent: a compiler takes its time."""
LONGEST_S = 2 * CALL_S
"""Seconds after which a container that a killed process left is gone by itself."""
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PASSED_ON = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX"),
)
"""Variables of this machine that downloads need."""
LABEL = "grader.recipe"


class TreeImage(NamedTuple):
    """A repository's tree to be made into an image."""

    recipe: ImageRecipe
    repository: str
    """`owner/name`."""
    commit: str

    @property
    def image(self) -> str:
        """Its reference."""
        return self.recipe.task_image(self.repository, self.commit)


Tell = Callable[[str], None]
"""Called with one line before something that takes long."""
Prove = Callable[[str], str]
"""From the id of an image that was just made to what is wrong with it; empty for nothing."""


def connect(options: ContainerOptions) -> Any:
    """A client of the engine; ImageError where none answers."""
    import docker  # noqa: PLC0415  heavy
    from docker.errors import DockerException  # noqa: PLC0415

    host = options.host or os.environ.get("DOCKER_HOST", "") or ENGINE
    try:
        client = docker.APIClient(base_url=host, timeout=CALL_S, version="1.41")
        client.ping()
    except (DockerException, OSError) as error:
        raise ImageError(f"no container engine answers at {host}; start it ({error})") from error
    return client


def make(
    client: Any,
    wanted: TreeImage,
    repositories: Path,
    tell: Tell,
    *,
    notes: ImageNotes,
    prove: Prove,
) -> bool:
    """Make what is missing; False where the image is there already. ImageError with what failed.

    It bears its name only after `prove` found nothing wrong with it.
    """
    if present(client, wanted.image) is not None:
        notes.used(client, wanted.image)
        return False
    make_environment(client, wanted.recipe, tell, notes=notes)
    what = f"{wanted.repository} at {wanted.commit[:10]}"
    tell(f"image {wanted.image}: {what}")
    recipe = wanted.recipe
    source = bare.packed(bare.find(repositories, wanted.repository), recipe_stages.SOURCE)
    with container(client, recipe.environment_image, network="none") as name:
        client.put_archive(name, "/", source)
        run(client, name, recipe_stages.repository(recipe, wanted.commit), what)
        made = commit(client, name, f"WORKDIR {recipe.directory}")
    try:
        if wrong := prove(made):
            raise ImageError(f"{what}: {wrong}")
        named(client, made, wanted.image)
    except BaseException:
        forget(client, made)
        raise
    notes.brought(client, wanted.image)
    return True


def obstacle(client: Any, wanted: TreeImage, repositories: Path) -> str:
    """Why an image cannot be made here, as far as that is known before; empty where it can."""
    try:
        bare.find(repositories, wanted.repository)
        if present(client, wanted.recipe.environment_image) is None:
            ask_for_base(client, wanted.recipe)
    except (ImageError, UsageError) as error:
        return str(error)
    return ""


def ask_for_base(client: Any, recipe: ImageRecipe) -> None:
    """ImageError where there is nothing to make an environment from."""
    if present(client, recipe.base_image) is None:
        raise ImageError(
            f"no base image '{recipe.base_image}' on this machine; make it: scripts/base-image"
        )


def make_environment(client: Any, recipe: ImageRecipe, tell: Tell, *, notes: ImageNotes) -> None:
    """Make the shared part if it is not there."""
    image = recipe.environment_image
    if present(client, image) is not None:
        notes.used(client, image)
        return
    ask_for_base(client, recipe)
    tell(f"image {image}: {len(recipe.packages)} packages on {recipe.base_image}")
    what = f"environment on {recipe.base_image}"
    with container(client, recipe.base_image, network="host") as name:
        said = run(client, name, recipe_stages.tools(recipe), what)
        python = version(said.rpartition(recipe_stages.PYTHON_IS)[2])
        pins = (*missing(recipe.packages, python), *recipe.packages)
        run(client, name, recipe_stages.packages(recipe, pins), what)
        named(client, commit(client, name, "LABEL grader.environment=1"), image)
    notes.brought(client, image)


@contextmanager
def container(client: Any, image: str, *, network: str) -> Generator[str]:
    """A running container that waits, removed at the end whatever happens."""
    from docker.errors import APIError, DockerException  # noqa: PLC0415  heavy

    name = f"grader-build-{secrets.token_hex(6)}"
    binds = [f"{CERTIFICATES}:{CERTIFICATES}:ro"] if Path(CERTIFICATES).is_file() else []
    config = client.create_host_config(
        network_mode=network, binds=binds, init=True, auto_remove=True
    )
    try:
        client.create_container(
            image,
            ["sleep", str(LONGEST_S)],
            name=name,
            host_config=config,
            labels={LABEL: "build"},
            user="root",
        )
        client.start(name)
        yield name
    except APIError as error:
        raise ImageError(f"{image}: {error.explanation or error}") from error
    except (DockerException, OSError) as error:
        raise ImageError(f"{image}: the container engine failed ({error})") from error
    finally:
        with suppress(DockerException, OSError):
            client.remove_container(name, force=True, v=True)


def run(client: Any, name: str, stages: Sequence[SetupStep], what: str) -> str:
    """Run the steps of a set-up; what they said. ImageError names the step that failed."""
    env = variables() if any(stage.downloads for stage in stages) else {}
    mark = secrets.token_hex(8)
    words = ["/bin/bash", "-c", script(stages, mark)]
    made = client.exec_create(name, words, environment=env, user="root")
    # Not as a stream: docker-py leaves the socket of that one open.
    output = client.exec_start(made["Id"]).decode(errors="replace")
    code = client.exec_inspect(made["Id"])["ExitCode"]
    if code:
        raise ImageError(f"{what}: {failure(stages, mark, output).told(code)}")
    return output


def variables() -> dict[str, str]:
    """What downloads need of this machine's environment."""
    found = {key: os.environ[key] for key in PASSED_ON if os.environ.get(key)}
    return found | {"SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES}


def commit(client: Any, name: str, change: str) -> str:
    """Keep the container's file system as an image without a name; its id."""
    return client.commit(name, changes=[change, f"LABEL {LABEL}=1"])["Id"]


def named(client: Any, made: str, image: str) -> None:
    """Give an image its name."""
    repository, _, tag = image.rpartition(":")
    client.tag(made, repository, tag)


def forget(client: Any, made: str) -> None:
    """Remove an image that is not to be used."""
    from docker.errors import DockerException  # noqa: PLC0415  heavy

    with suppress(DockerException, OSError):
        client.remove_image(made)
