"""`grader grade` and `/v1/grade` with a patch to a repository, in its image."""

import json

import pytest

from grader.cli.main import main
from tests.strict import shop

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]
WRONG = shop.patch({"shop/money.py": shop.BASE["shop/money.py"].replace("- price - 1", "- price")})


@pytest.fixture(scope="module")
def row(image):
    return {
        "instance_id": "shop-1",
        "repo": "tests/shop",
        "base_commit": "HEAD",
        "image": image,
        "eval_script": shop.SCRIPT,
        "log_parser": "parse_log_pytest",
        "FAIL_TO_PASS": list(shop.FAIL_TO_PASS),
        "PASS_TO_PASS": list(shop.PASS_TO_PASS),
        "patch": shop.GOLD,
        "test_patch": shop.TEST_PATCH,
    }


@pytest.fixture(scope="module")
def words(row, tmp_path_factory, caches):
    data = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    data.write_text(json.dumps(row) + "\n")
    return ["grade", "--benchmark", "swebench-lite", "--data", str(data), "--task", "shop-1"]


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("patch", "status", "said"),
    [(shop.GOLD, 0, "shop-1: passed\n"), (WRONG, 3, "shop-1: failed: "), ("", 3, "shop-1: empty")],
    ids=["right", "wrong", "empty"],
)
def test_patch_is_graded_from_the_shell(words, tmp_path, capsys, patch, status, said):
    file = tmp_path / "a.patch"
    file.write_text(patch)
    assert main([*words, "--sandbox", "docker", str(file)]) == status
    assert capsys.readouterr().out.startswith(said)


def test_patch_without_a_sandbox_that_has_images_is_told_which_has(words, tmp_path, capsys):
    file = tmp_path / "a.patch"
    file.write_text(shop.GOLD)
    assert main([*words, str(file)]) == 2
    assert "--sandbox docker" in capsys.readouterr().err
