"""Images come by content, from registries that are slow, stingy or broken."""

import subprocess

import pytest

from grader.core.task import Image
from grader.errors import ImageError
from grader.image.resolve import TRIES, may_pass, pinned, resolve
from tests.image.registry import registry


@pytest.mark.docker
@pytest.mark.parametrize(
    ("behaviour", "tries"), [("limit", TRIES), ("broken", TRIES), ("garbage", 1), ("missing", 1)]
)
def test_registry_in_trouble_is_asked_again_where_that_may_help(engine, behaviour, tries):
    pauses = []
    with (
        registry(behaviour) as place,
        pytest.raises(ImageError, match=r"tried 127\.0\.0\.1") as told,
    ):
        resolve(engine, Image(name=place.name), pull=True, pause=pauses.append)
    assert place.asked
    assert len(pauses) == tries - 1
    assert "\n" not in str(told.value)


@pytest.mark.docker
def test_image_is_pulled_once_the_registry_gives_it(engine, real_registry, tmp_path):
    """Twice 429, then the image: by its registry's digest, and never asked for again."""
    repository = f"127.0.0.1:{real_registry}/some/image"
    (tmp_path / "hello").write_text("hello")
    tar = tmp_path / "root.tar"
    subprocess.run(["tar", "-C", str(tmp_path), "-cf", str(tar), "hello"], check=True)
    engine.import_image_from_file(str(tar), repository=repository, tag="1")
    pauses = []
    try:
        pushed = list(engine.push(repository, tag="1", stream=True, decode=True))
        assert not any("error" in event for event in pushed)
        engine.remove_image(f"{repository}:1", force=True)
        with registry("limit", real_port=real_registry, failures=2) as place:
            found = resolve(engine, Image(name=place.name), pull=True, pause=pauses.append)
            asked = len(place.asked)
            again = resolve(engine, Image(name=place.name), pull=True, pause=pauses.append)
            assert (again, len(place.asked)) == (found, asked)
            digest = Image(name=place.name, digest=found.digest)
            assert resolve(engine, digest, pull=False).id == found.id
            other = Image(name=place.name, digest="sha256:" + "0" * 64)
            with pytest.raises(ImageError):
                resolve(engine, other, pull=False)
            engine.remove_image(place.name, force=True)
    finally:
        for each in engine.images(quiet=True, filters={"reference": f"{repository}*"}):
            engine.remove_image(each, force=True)
    assert found.digest.startswith("sha256:")
    assert 1 <= len(pauses) <= 2


@pytest.mark.docker
def test_first_name_that_is_there_is_taken(engine, slot_image):
    image = Image(name="127.0.0.1:1/none:1", others=(slot_image,))
    assert resolve(engine, image, pull=True, pause=pytest.fail).reference == slot_image


@pytest.mark.parametrize(
    ("name", "digest", "expected"),
    [
        ("repo:tag", "", "repo:tag"),
        ("repo:tag", "sha256:1", "repo@sha256:1"),
        ("repo", "sha256:1", "repo@sha256:1"),
        ("host:5000/repo", "sha256:1", "host:5000/repo@sha256:1"),
        ("host:5000/repo:tag", "sha256:1", "host:5000/repo@sha256:1"),
        ("repo@sha256:2", "sha256:1", "repo@sha256:2"),
    ],
)
def test_name_is_pinned_by_digest(name, digest, expected):
    assert pinned(name, digest) == expected


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("toomanyrequests: You have reached your pull rate limit", True),
        ("received unexpected HTTP status: 500 Internal Server Error", True),
        ("net/http: TLS handshake timeout", True),
        ("manifest for x not found: manifest unknown", False),
        ("pull access denied for x, repository does not exist", False),
        ("no basic auth credentials", False),
    ],
)
def test_trouble_that_passes_is_told_from_trouble_that_stays(said, passes):
    assert may_pass(said) is passes
