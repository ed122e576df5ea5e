"""What an installed distribution needs and consists of."""

from importlib import metadata

import pytest

from grader.sandboxes._slot import distributions


def made(tmp_path, monkeypatch, name, files, requires=()):
    folder = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
    folder.mkdir()
    lines = [f"Requires-Dist: {each}" for each in requires]
    text = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *lines, ""])
    (folder / "METADATA").write_text(text)
    record = [f"{folder.name}/METADATA", *files]
    (folder / "RECORD").write_text("".join(f"{each},,\n" for each in record))
    for each in files:
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).touch()
    monkeypatch.syspath_prepend(str(tmp_path))


def places(name):
    return [place for place, _ in distributions.parts(metadata.distribution(name))]


def test_needs_are_followed_but_not_those_of_extras(tmp_path, monkeypatch):
    made(tmp_path, monkeypatch, "top", ["top.py"], ["mid>=1", "odd ; extra == 'all'", "absent"])
    made(tmp_path, monkeypatch, "mid", ["mid.py"], ["Lea_F (>=1); python_version > '3'", "top"])
    made(tmp_path, monkeypatch, "lea.f", ["leaf.py"])
    made(tmp_path, monkeypatch, "odd", ["odd.py"])
    found = [each.metadata["Name"] for each in distributions.with_needs(("Top",))]
    assert found == ["lea.f", "mid", "top"]


def test_shared_folder_is_shown_as_far_as_it_is_this_ones(tmp_path, monkeypatch):
    made(tmp_path, monkeypatch, "one", ["shared/one/__init__.py", "shared/one/deep/data.txt"])
    made(
        tmp_path, monkeypatch, "two", ["shared/two/__init__.py", "shared/flat.py", "two.libs/a.so"]
    )
    assert places("one") == ["one-1.0.dist-info", "shared/one"]
    assert places("two") == ["shared/flat.py", "shared/two", "two-1.0.dist-info", "two.libs"]


def test_what_lies_elsewhere_is_not_shown(tmp_path, monkeypatch):
    made(tmp_path, monkeypatch, "tool", ["tool/__init__.py", "../bin/tool", "__pycache__/x.pyc"])
    assert places("tool") == ["tool", "tool-1.0.dist-info"]


def test_name_that_is_not_here_is_refused():
    with pytest.raises(metadata.PackageNotFoundError):
        distributions.with_needs(("no-such-thing-here",))
