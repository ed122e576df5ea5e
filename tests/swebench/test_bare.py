"""Bare repositories are found by the project's name and packed under another one."""

import io
import subprocess
import tarfile

import pytest

from grader.errors import UsageError
from grader.repo import bare
from tests import machine


@pytest.fixture
def repositories(tmp_path):
    machine.require("git")
    folder = tmp_path / "repositories"
    subprocess.run(["git", "init", "-q", "--bare", folder / "a__b.git"], check=True)
    with tarfile.open(folder / "c__d.git.tar", "w") as archive:
        archive.add(folder / "a__b.git", arcname="c__d.git")
    return folder


@pytest.mark.parametrize("repository", ["a/b", "c/d"])
def test_packed_repository_is_whole_and_roots(repository, repositories, tmp_path):
    data = b"".join(bare.packed(bare.find(repositories, repository), "source.git"))
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        # Python before 3.11.4, which Debian 12 has, knows no filters; 3.12 warns where none is named.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "out", **safe)
        assert "source.git/HEAD" in archive.getnames()
    done = subprocess.run(
        ["git", "-C", tmp_path / "out" / "source.git", "rev-parse", "--is-bare-repository"],
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"true\n"


def test_missing_repository_says_how_to_make_it(repositories):
    with pytest.raises(
        UsageError, match=r"no x__y\.git or x__y\.git\.tar in it; make one: git clone --bare"
    ):
        bare.find(repositories, "x/y")


def test_tar_that_leaves_its_folder_is_refused(tmp_path):
    path = tmp_path / "e__f.git.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("e__f.git/../../evil"))
    with pytest.raises(UsageError, match="has no place in a bare repository"):
        list(bare.packed(path, "source.git"))
