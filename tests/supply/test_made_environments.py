"""What was made is compared with its list."""

from hashlib import sha256

import pytest

from grader.environments import base
from grader.image.environment import LISTING, RECORD, SITE, folder_of
from grader.supply.environments import MadeEnvironment, damage, listing


@pytest.fixture
def made(tmp_path):
    """An environment as a build leaves it, with two files of packages."""
    folder = folder_of("science", tmp_path)
    (folder / SITE / "one").mkdir(parents=True)
    (folder / SITE / "one" / "__init__.py").write_text("VALUE = 1\n")
    (folder / SITE / "two.py").write_text("VALUE = 2\n")
    text = listing(folder / SITE)
    (folder / LISTING).write_text(text)
    record = MadeEnvironment(
        name="science",
        lock_sha256=base.lock_digest("science"),
        listing_sha256=sha256(text.encode()).hexdigest(),
    )
    (folder / RECORD).write_text(record.model_dump_json())
    return folder


def test_environment_as_it_was_made_is_whole(made, tmp_path):
    assert damage("science", tmp_path) == ()


@pytest.mark.parametrize(
    ("hurt", "told"),
    [
        (lambda site: (site / "two.py").write_text("VALUE = 3\n"), "two.py: changed"),
        (lambda site: (site / "two.py").unlink(), "two.py: gone"),
        (lambda site: (site / "one" / "more.py").write_text(""), "one/more.py: not of this environment"),
        (lambda site: ((site / "two.py").unlink(), (site / "two.py").symlink_to("/etc/passwd")), "two.py: changed"),
    ],
    ids=["changed", "gone", "more", "link"],
)  # fmt: skip
def test_damage_is_found_by_the_file(made, tmp_path, hurt, told):
    hurt(made / SITE)
    assert damage("science", tmp_path) == (told,)


def test_a_list_that_was_changed_too_is_damage(made, tmp_path):
    (made / LISTING).write_text("")
    assert damage("science", tmp_path) == (f"{made / LISTING}: changed",)


def test_environment_without_its_record_is_damaged(made, tmp_path):
    (made / RECORD).unlink()
    assert damage("science", tmp_path)
