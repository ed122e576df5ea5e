"""Make the images that recipes describe: an environment once, a repository's tree on top of it.

Runs a base image's own package installer and the repository's own set-up, which are trusted as the
data set is; no model's code is there yet. Certificates of this machine are mounted for downloads
and never become a part of an image.
"""

import os
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from grader.core.container import Containers
from grader.errors import ImageError, UsageError
from grader.image.noting import Notes
from grader.image.recipe import Recipe
from grader.image.resolve import present
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
SOURCE = "source.git"
LABEL = "grader.recipe"
TAIL_CHARS = 600
ENVIRONMENT = """set -e
python3 -m venv /tmp/uv
/tmp/uv/bin/python -m pip install --quiet uv
/tmp/uv/bin/uv venv --quiet --seed --python {python} {environment}
export VIRTUAL_ENV={environment}
cat > /tmp/packages.txt <<'END-OF-PACKAGES'
{packages}
END-OF-PACKAGES
/tmp/uv/bin/uv pip install --no-deps --compile-bytecode -r /tmp/packages.txt
rm -rf /tmp/uv /tmp/packages.txt /root/.cache
"""
REPOSITORY = """set -e
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
export VIRTUAL_ENV={environment} PATH={environment}/bin:$PATH
export PIP_CONFIG_SETTINGS=editable_mode=compat
git init --quiet {directory}
cd {directory}
git fetch --quiet --depth 1 \\
  --upload-pack 'git -c uploadpack.allowAnySHA1InWant=true upload-pack' file:///{source} {commit}
git checkout --quiet -B main FETCH_HEAD
rm -rf .git/FETCH_HEAD .git/logs /{source}
{prepare}
{install} || {{ [ -f setup.py ] && python setup.py --quiet develop --no-deps ; }}
git diff --quiet || git -c user.name=grader -c user.email=grader@localhost commit -qam Environment
rm -rf .git/logs /root/.cache
"""
"""One commit, no remotes, no reflog: what came later is not there to be looked up. New pip refuses
an editable installation where the pinned setuptools has no hook for it: then the older way. Where
it has one, the tree itself goes on the path, as in the official images, and no import hook that
hides its directories from tools that walk them (pylint finds none of its own checkers then)."""


class Wanted(NamedTuple):
    """A repository's tree to be made into an image."""

    recipe: Recipe
    repository: str
    """`owner/name`."""
    commit: str

    @property
    def image(self) -> str:
        """Its reference."""
        return self.recipe.task_image(self.repository, self.commit)


Tell = Callable[[str], None]
"""Called with one line before something that takes long."""


def connect(options: Containers) -> Any:
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


def make(client: Any, wanted: Wanted, repositories: Path, tell: Tell, *, notes: Notes) -> bool:
    """Make what is missing; False where the image is there already. ImageError with what failed."""
    if present(client, wanted.image) is not None:
        notes.used(client, wanted.image)
        return False
    make_environment(client, wanted.recipe, tell, notes=notes)
    tell(f"image {wanted.image}: {wanted.repository} at {wanted.commit[:10]}")
    recipe = wanted.recipe
    script = REPOSITORY.format(
        environment=recipe.environment,
        directory=recipe.directory,
        source=SOURCE,
        commit=wanted.commit,
        prepare="\n".join(recipe.prepare),
        install=recipe.install or "true",
    )
    source = bare.packed(bare.find(repositories, wanted.repository), SOURCE)
    with container(client, recipe.environment_image, network="none") as name:
        client.put_archive(name, "/", source)
        run(client, name, script, f"{wanted.repository} at {wanted.commit[:10]}")
        commit(client, name, wanted.image, f"WORKDIR {recipe.directory}")
    notes.brought(client, wanted.image)
    return True


def obstacle(client: Any, wanted: Wanted, repositories: Path) -> str:
    """Why an image cannot be made here, as far as that is known before; empty where it can."""
    try:
        bare.find(repositories, wanted.repository)
        if present(client, wanted.recipe.environment_image) is None:
            ask_for_base(client, wanted.recipe)
    except (ImageError, UsageError) as error:
        return str(error)
    return ""


def ask_for_base(client: Any, recipe: Recipe) -> None:
    """ImageError where there is nothing to make an environment from."""
    if present(client, recipe.base_image) is None:
        raise ImageError(
            f"no base image '{recipe.base_image}' on this machine; make it: scripts/base-image"
        )


def make_environment(client: Any, recipe: Recipe, tell: Tell, *, notes: Notes) -> None:
    """Make the shared part if it is not there."""
    image = recipe.environment_image
    if present(client, image) is not None:
        notes.used(client, image)
        return
    ask_for_base(client, recipe)
    tell(f"image {image}: {len(recipe.packages)} packages on {recipe.base_image}")
    script = ENVIRONMENT.format(
        python=recipe.python, environment=recipe.environment, packages="\n".join(recipe.packages)
    )
    with container(client, recipe.base_image, network="host") as name:
        run(client, name, script, f"environment on {recipe.base_image}", downloads=True)
        commit(client, name, image, "LABEL grader.environment=1")
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


def run(client: Any, name: str, script: str, what: str, *, downloads: bool = False) -> None:
    """Run a bash script; ImageError with the end of its output where it fails."""
    env = variables() if downloads else {}
    made = client.exec_create(name, ["/bin/bash", "-c", script], environment=env, user="root")
    # Not as a stream: docker-py leaves the socket of that one open.
    output: bytes = client.exec_start(made["Id"])
    code = client.exec_inspect(made["Id"])["ExitCode"]
    if code:
        tail = output.decode(errors="replace")[-TAIL_CHARS:]
        said = " | ".join(line for line in tail.splitlines() if line.strip())
        raise ImageError(f"{what}: set-up left with status {code}: {said}")


def variables() -> dict[str, str]:
    """What downloads need of this machine's environment."""
    found = {key: os.environ[key] for key in PASSED_ON if os.environ.get(key)}
    return found | {"SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES}


def commit(client: Any, name: str, image: str, change: str) -> None:
    """Keep the container's file system as an image."""
    repository, _, tag = image.rpartition(":")
    client.commit(name, repository=repository, tag=tag, changes=[change, f"LABEL {LABEL}=1"])
