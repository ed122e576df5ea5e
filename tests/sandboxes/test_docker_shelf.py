"""Images within a budget, in an engine of the test's own: only what grader brought ever goes."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import anyio
import docker
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from private_engine import private_engine, tiny_image

from grader.benchmarks._data import cache_directory
from grader.cli.main import main
from grader.core.container import ContainerOptions
from grader.core.task import Image
from grader.engine.grading import IMAGES_RECORD
from grader.errors import ImageError, SandboxError
from grader.image.budget import HeldImage
from grader.image.prune import FROM_IT
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import labels, open_provider
from grader.sandboxes.docker.shelf import CLAIMED, IN_USE, ImageShelf, is_claimed, read

pytestmark = [pytest.mark.docker]
MINE, OTHER, LATER = "grader-tests/mine:1", "grader-tests/other:1", "grader-tests/later:1"
MB = 1 << 20


@pytest.fixture(scope="module")
def private(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("e")
    with private_engine(folder, tiny_image(folder), "grader/tiny:1", size_mb=200) as made:
        yield made


@pytest.fixture
def client(private):
    made = docker.APIClient(base_url=private.host, version="1.41")
    yield made
    made.close()


@pytest.fixture
def images(private, client):
    """Three images of 4 MiB each on one base; what is left of them goes at the end."""
    script = "dd if=/dev/zero of=/data bs=1048576 count=4 2>/dev/null; echo {} >> /data"
    names = (MINE, OTHER, LATER)
    for name in names:
        words = ["docker", "-H", private.host]
        run = [*words, "run", "-d", "--network", "none", "grader/tiny:1", "/bin/sh", "-c"]
        done = subprocess.run(
            [*run, script.format(name)], check=True, capture_output=True, text=True
        )
        container = done.stdout.strip()
        for command in (["wait", container], ["commit", container, name], ["rm", container]):
            subprocess.run([*words, *command], check=True, capture_output=True)
    yield names
    for name in names:
        if client.images(name):
            client.remove_image(name, force=True)


def there(client):
    return {tag for image in client.images() for tag in image["RepoTags"] or ()}


@contextmanager
def noting(path, private):
    """Another process that notes an image and lives until its standard input ends."""
    code = (
        "import sys, docker; from pathlib import Path\n"
        "from grader.sandboxes.docker.shelf import ImageShelf\n"
        "client = docker.APIClient(base_url=sys.argv[3], version='1.41')\n"
        "ImageShelf(Path(sys.argv[1])).brought(client, sys.argv[2])\n"
        "client.close(); print('noted', flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", code, str(path), MINE, private.host]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"noted\n"
        yield other


def test_only_what_was_brought_and_nobody_needs_is_removed(client, images, tmp_path):
    shelf = ImageShelf(tmp_path / "cache" / "images.json", budget_bytes=1)
    shelf.brought(client, MINE)
    shelf.brought(client, LATER)
    assert shelf.shrink(client, {LATER}.__contains__) == [MINE]
    assert {OTHER, LATER, "grader/tiny:1"} <= there(client)
    assert MINE not in there(client)
    assert shelf.shrink(client, lambda _: False) == [LATER]
    assert shelf.total_bytes(client) == 0


def test_budget_counts_shared_layers_once_and_keeps_what_fits(client, images, tmp_path):
    base = client.inspect_image("grader/tiny:1")["Size"]
    shelf = ImageShelf(tmp_path / "images.json", budget_bytes=base + 9 * MB)
    for name in images[:2]:
        shelf.brought(client, name)
    assert base + 8 * MB <= shelf.total_bytes(client) < base + 9 * MB
    assert shelf.shrink(client, lambda _: False) == []
    assert not shelf.has_room(client)
    shelf.brought(client, LATER)
    shelf.used(client, MINE)
    assert shelf.shrink(client, lambda _: False) == [OTHER]
    assert ImageShelf(tmp_path / "images.json").shrink(client, lambda _: False) == []


def test_list_names_what_was_brought_and_is_still_there(client, private, images, capsys):
    shelf = ImageShelf(cache_directory() / IMAGES_RECORD)
    for name in (LATER, MINE):
        shelf.brought(client, name)
    words = ["images", "list", "--engine", private.host]
    assert main([*words, "--json"]) == 0
    assert [each["reference"] for each in json.loads(capsys.readouterr().out)] == [LATER, MINE]
    client.tag("grader/tiny:1", "grader-tests/mine", "1")  # the name is another image's now
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert LATER in shown
    assert MINE not in shown
    assert OTHER not in shown
    assert "1 images of grader's own" in shown


def test_image_in_use_or_under_a_new_name_stays(client, images, tmp_path):
    shelf = ImageShelf(tmp_path / "images.json", budget_bytes=1)
    shelf.brought(client, MINE)
    shelf.brought(client, OTHER)
    container = client.create_container(MINE, ["/bin/sleep", "60"])["Id"]
    client.tag("grader/tiny:1", "grader-tests/other", "1")
    try:
        assert shelf.shrink(client, lambda _: False) == []
        assert {MINE, OTHER} <= there(client)
    finally:
        client.remove_container(container, force=True)


def test_image_that_another_living_run_uses_stays(private, client, images, tmp_path):
    path = tmp_path / "images.json"
    with noting(path, private) as other:
        shelf = ImageShelf(path, budget_bytes=1)
        assert shelf.shrink(client, lambda _: False) == []
        other.stdin.close()
    assert shelf.shrink(client, lambda _: False) == [MINE]


def test_claim_of_an_earlier_run_that_still_lives_counts(private, client, images, tmp_path):
    path = tmp_path / "images.json"
    with noting(path, private) as first:
        with noting(path, private):
            pass
        shelf = ImageShelf(path)
        assert [each.why for each in shelf.prune(client, None).stay] == [CLAIMED]
        assert MINE in there(client)
        first.stdin.close()
        first.wait()
    assert [each.reference for each in shelf.prune(client, None).gone] == [MINE]
    assert MINE not in there(client)


def test_prune_takes_what_was_brought_and_nobody_uses(client, images, tmp_path):
    shelf = ImageShelf(tmp_path / "images.json")
    for name in images:
        shelf.brought(client, name)
    container = client.create_container(OTHER, ["/bin/sleep", "60"])["Id"]
    client.tag(OTHER, "grader-tests/second", "1")  # another name would let the engine take this one
    client.tag("grader/tiny:1", "grader-tests/later", "1")  # the name is another image's now
    try:
        dry = shelf.prune(client, None, dry=True)
        assert {MINE, OTHER, LATER} <= there(client)
        made = shelf.prune(client, None)
        assert made == dry
        assert [each.reference for each in made.gone] == [MINE]
        assert [(each.held.reference, each.why) for each in made.stay] == [(OTHER, IN_USE)]
        assert 4 * MB <= made.freed_bytes < 5 * MB  # what it shares with the others stays
        assert {OTHER, LATER, "grader/tiny:1"} <= there(client)
        assert MINE not in there(client)
    finally:
        client.remove_container(container, force=True)
        client.remove_image("grader-tests/second:1")


def test_prune_takes_images_before_those_that_they_are_made_from(private, client, images, tmp_path):
    shelf = ImageShelf(tmp_path / "images.json")
    more = ("/bin/sh", "-c", "echo more > /more")
    private.docker("run", "--name", "above", "--network", "none", MINE, *more)
    private.docker("commit", "above", "grader-tests/above:1")
    private.docker("rm", "above")
    shelf.brought(client, MINE)
    only = frozenset({MINE})
    assert [each.why for each in shelf.prune(client, only, dry=True).stay] == [FROM_IT]
    assert [each.why for each in shelf.prune(client, only).stay] == [FROM_IT]
    shelf.brought(client, "grader-tests/above:1")
    gone = [each.reference for each in shelf.prune(client, None).gone]
    assert gone == ["grader-tests/above:1", MINE]
    assert {MINE, "grader-tests/above:1"}.isdisjoint(there(client))


def test_damaged_record_removes_nothing(client, images, tmp_path):
    path = tmp_path / "images.json"
    path.write_text('{"engines": {"x": [{"reference"')
    shelf = ImageShelf(path, budget_bytes=1)
    assert shelf.shrink(client, lambda _: False) == []
    assert read(path.read_bytes()).engines


def test_record_that_cannot_be_written_matters_only_with_a_budget(client, images, tmp_path):
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "images.json"
    ImageShelf(path).brought(client, MINE)
    with pytest.raises(SandboxError, match="GRADER_CACHE"):
        ImageShelf(path, budget_bytes=1).brought(client, MINE)


def test_claims_are_judged_by_the_process():
    own = HeldImage(reference="a", id="i", claimed_by=labels.identity())
    assert not is_claimed(own)
    assert not is_claimed(own.model_copy(update={"claimed_by": ""}))
    assert is_claimed(own.model_copy(update={"claimed_by": labels.identity(1)}))


@pytest.mark.anyio
async def test_provider_removes_what_its_jobs_no_longer_need(private, client, images, tmp_path):
    """A removed image is forgotten, so that a later job asks for it again."""
    record = tmp_path / "images.json"
    settings = ProviderSettings(
        run_id=f"shelf{os.getpid()}",
        containers=ContainerOptions(host=private.host, image="grader-tests/none:1", pull="never"),
        images_record=record,
        disk_budget_mb=1,
    )
    ImageShelf(record).brought(client, MINE)
    ImageShelf(record).brought(client, LATER)
    async with open_provider(settings) as provider:
        await provider.image(Image(name=MINE))
        assert not await provider.has_room()
        assert {MINE, LATER} <= there(client)  # nobody has said what is needed
        provider.needed = lambda: frozenset({Image(name=LATER)})
        assert not await provider.has_room()
        assert LATER in there(client)
        with pytest.raises(ImageError):
            await provider.image(Image(name=MINE))
        provider.needed = frozenset
        await provider.has_room()
        await anyio.lowlevel.checkpoint()
    assert there(client) - {"<none>:<none>"} == {"grader/tiny:1", OTHER}
