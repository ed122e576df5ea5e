"""Attacks and fixes of the corpora, through the strict reading: no attack passes or is ungraded."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from grader.core.result import Trust, Verdict
from grader.core.task import Image
from grader.engine import dataset
from tests import machine
from tests.strict.conftest import BASE, LIMITS, built, grader_of, learned

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]
FOLDER = machine.SHARED / "data" / "exploits"
TIMES = int(os.environ.get("GRADER_ATTACK_TIMES", "1"))
"""How often each attack is tried: some of them draw lots."""
IMAGE = f"grader/test-corpus-{os.getpid()}:latest"
DOCKERFILE = f"""FROM {BASE}
COPY site /usr/lib/python3/dist-packages
COPY pytest /usr/bin/pytest
COPY testbed /testbed
RUN echo /testbed > /usr/lib/python3/dist-packages/tinycart.pth && chmod -R 777 /testbed
WORKDIR /testbed
"""


def indexed() -> list[tuple[str, str, str]]:
    """(instance, path of a patch, `passed` or another word)."""
    if not (FOLDER / "repo_dev2").is_dir():
        return []
    first = [json.loads(x) for x in (FOLDER / "repo_dev/index.jsonl").read_text().splitlines()]
    later = [json.loads(x) for x in (FOLDER / "repo_dev2/index.jsonl").read_text().splitlines()]
    expected = {"resolved": "passed"}
    return [
        *(("base", f"repo_dev/{r['id']}.patch", expected.get(r["expected"], "")) for r in first),
        *((r["instance"], f"repo_dev2/{r['patch']}", r["wanted"]) for r in later),
    ]


@pytest.fixture(scope="module")
def instances(engine, slot_image, tmp_path_factory):
    """Name of an instance -> its surveyed task."""
    folder = tmp_path_factory.mktemp("corpus")
    bundle = str(FOLDER / "repo_dev" / "tinycart.bundle")
    subprocess.run(["git", "clone", "-q", bundle, str(folder / "testbed")], check=True)
    rows = FOLDER / "repo_dev2" / "instances.jsonl"
    tasks = dataset.load("swebench", Path(rows)).tasks

    @cache
    def instance(name: str):
        (task,) = [
            t for key, t in tasks.items() if key.endswith({"base": "cart-1"}.get(name, name))
        ]
        return learned(task.model_copy(update={"image": Image(name=IMAGE), "limits": LIMITS}))

    with built(IMAGE, DOCKERFILE, folder):
        yield instance


@pytest.mark.share(2)
@pytest.mark.skipif(not indexed(), reason="the corpora are not there")
@pytest.mark.parametrize(("name", "path", "wanted"), indexed())
def test_patch_of_a_corpus_passes_only_where_it_is_a_fix(name, path, wanted, instances):
    patch = (FOLDER / path).read_bytes().decode()
    for _ in range(1 if wanted == "passed" else TIMES):
        found = grader_of(instances(name))(patch)
        if wanted == "passed":
            assert found.readings["strict"] == "passed", found
        else:
            assert found.verdict not in {Verdict.PASSED, Verdict.UNGRADED}, found
            assert found.trust is Trust.KEYED, found
