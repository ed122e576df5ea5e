"""Build the images of tasks that come with a Dockerfile, each in its task's own folder.

The Dockerfile is trusted as the data set is, and runs in the engine alone. `docker buildx` builds
where it is installed, as the official builder does; else the engine's own builder, which is older
and knows no here-documents.
"""

import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

from grader.core.record import digest
from grader.errors import ImageError, UsageError
from grader.image.noting import ImageNotes
from grader.image.recipe_build import ENGINE, Prove, Tell, forget
from grader.image.resolve import present

LABEL = "grader.dockerfile"
LONGEST_S = 7200
TAIL_CHARS = 600
HERE_DOCUMENT = re.compile(r"^\s*(?:RUN|COPY|ADD)\b.*<<-?[\"']?\w", re.MULTILINE | re.IGNORECASE)
CONTEXT_BYTES = 1 << 30
NEWER = "its Dockerfile has here-documents, which only a newer builder reads; install docker buildx"
FROM = re.compile(
    r"^[ \t]*FROM(?:[ \t]+--platform=\S+)?[ \t]+(\S+)(?:[ \t]+AS[ \t]+(\S+))?",
    re.MULTILINE | re.IGNORECASE,
)


class ImageBuild(NamedTuple):
    """An image to be built."""

    image: str
    """Its reference."""
    dockerfile: str
    """The text."""
    context: Path
    """The folder that it copies from."""
    platform: str = ""

    @property
    def content(self) -> str:
        """What it is made from, as a digest."""
        files = sorted(path for path in self.context.rglob("*") if path.is_file())
        if sum(path.stat().st_size for path in files) > CONTEXT_BYTES:
            raise UsageError(f"{self.context}: more than {CONTEXT_BYTES >> 20} MiB for one image")
        names = (str(path.relative_to(self.context)).encode() for path in files)
        return digest(self.dockerfile.encode(), *names, *(path.read_bytes() for path in files))

    @property
    def bases(self) -> tuple[str, ...]:
        """The images that it begins with, as far as the text names them without variables."""
        found = FROM.findall(self.dockerfile)
        own = {"scratch", *(stage.lower() for _, stage in found)}
        names = dict.fromkeys(base for base, _ in found)
        return tuple(base for base in names if base.lower() not in own and "$" not in base)


def build(
    client: Any, wanted: ImageBuild, host: str, tell: Tell, *, notes: ImageNotes, prove: Prove
) -> bool:
    """Build what is missing; False where it is there and made from the same. Blocks.

    An image of that name that was pulled, or made from something else, is replaced: who hands over
    a Dockerfile wants to see it work. Raises ImageError with the end of the builder's output.
    """
    content = wanted.content
    there = present(client, wanted.image)
    if there is not None and label_of(there) == content:
        notes.used(client, wanted.image)
        return False
    missing = [base for base in wanted.bases if present(client, base) is None]
    again = "" if there is None else ", in place of one that was made from something else"
    tell(f"image {wanted.image}: from {wanted.context}{again}")
    try:
        if has_buildx():
            by_buildx(wanted, content, host)
        else:
            by_engine(client, wanted, content)
    finally:
        for base in missing:
            notes.brought(client, base)  # the older builder pulls it under its name
    if there is not None:
        forget(client, there["Id"])
    refuse_unproven(client, wanted, prove)
    notes.brought(client, wanted.image)
    return True


def refuse_unproven(client: Any, wanted: ImageBuild, prove: Prove) -> None:
    """ImageError, and no image of this name, where `prove` finds it wrong."""
    found = present(client, wanted.image)
    if found is not None and (wrong := prove(found["Id"])):
        forget(client, wanted.image)
        raise ImageError(f"{wanted.image}: {wrong}")


def obstacle(wanted: ImageBuild) -> str:
    """Why an image cannot be built here, as far as that is known before; empty where it can."""
    return NEWER if HERE_DOCUMENT.search(wanted.dockerfile) and not has_buildx() else ""


def label_of(found: dict[str, Any]) -> str:
    """What an image says that it was built from; empty where nothing does."""
    config: dict[str, Any] = found.get("Config") or {}
    labels: dict[str, str] = config.get("Labels") or {}
    return labels.get(LABEL, "")


def has_buildx() -> bool:
    """Whether this machine has the newer builder."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False)
    return asked.returncode == 0


def by_buildx(wanted: ImageBuild, content: str, host: str) -> None:
    """As the official builder does it; ImageError where it fails."""
    words = [
        *("docker", "--host", host or ENGINE, "buildx", "build", "--progress=plain", "--load"),
        *(f"--tag={wanted.image}", f"--label={LABEL}={content}", "--file=-"),
        *((f"--platform={wanted.platform}",) if wanted.platform else ()),
        str(wanted.context),
    ]
    try:
        done = subprocess.run(
            words,
            input=wanted.dockerfile.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ImageError(f"{wanted.image}: not built within {LONGEST_S} s") from error
    if done.returncode:
        raise failed(wanted, done.stdout.decode(errors="replace"))


def by_engine(client: Any, wanted: ImageBuild, content: str) -> None:
    """By the engine itself; ImageError where it fails."""
    from docker.errors import APIError, DockerException  # noqa: PLC0415  heavy

    if HERE_DOCUMENT.search(wanted.dockerfile):
        raise ImageError(f"{wanted.image}: {NEWER}")
    said: list[str] = []
    trouble = ""
    try:
        for event in client.build(
            fileobj=packed(wanted),
            custom_context=True,
            dockerfile=own_name(wanted.context),
            tag=wanted.image,
            labels={LABEL: content},
            platform=wanted.platform or None,
            rm=True,
            forcerm=True,
            decode=True,
        ):
            said.append(event.get("stream", ""))
            trouble = event.get("error", "") or trouble
    except APIError as error:
        trouble = str(error.explanation or error)
    except (DockerException, OSError) as error:
        raise ImageError(f"{wanted.image}: the container engine failed ({error})") from error
    if trouble:
        raise failed(wanted, "".join(said) + "\n" + trouble)


def own_name(context: Path) -> str:
    """A name for the Dockerfile that no file of the context has."""
    name = "Dockerfile"
    while (context / name).exists():
        name += ".grader"
    return name


def packed(wanted: ImageBuild) -> io.BytesIO:
    """The context as a tar file with the Dockerfile in it; links are kept as links."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for path in sorted(wanted.context.rglob("*")):
            archive.add(path, arcname=str(path.relative_to(wanted.context)), recursive=False)
        text = wanted.dockerfile.encode()
        member = tarfile.TarInfo(own_name(wanted.context))
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    sink.seek(0)
    return sink


def failed(wanted: ImageBuild, output: str) -> ImageError:
    """The end of the builder's words, in one line."""
    lines = [line.strip() for line in output[-TAIL_CHARS:].splitlines() if line.strip()]
    return ImageError(f"{wanted.image}: its Dockerfile cannot be built: {' | '.join(lines)}")
