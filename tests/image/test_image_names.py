"""Under which names the families publish their images, as their own programs make them."""

import pytest

from grader.errors import UsageError
from grader.image.names import FAMILIES, TAG_CHARS, identity_of, with_mirrors

LONG = "instance_NodeBB__NodeBB-00c70ce7b0541cfc94afe567921d7668cdc8f4ac-v" + "a" * 90

WHOLE = "ec0f940ef0e8e3b61078f145f34dc40d1938e6c5-vnan"


@pytest.mark.parametrize(
    ("family", "row", "name"),
    [
        ("swe-bench-live", {"instance_id": "A__b-1"}, "starryzhang/sweb.eval.x86_64.a_1776_b-1"),
        ("swe-bench-live", {"instance_id": "A__b-1", "docker_image": "x/y:1"}, "x/y:1"),
        ("swe-polybench", {"instance_id": "A__b-1"},
         "ghcr.io/timesler/swe-polybench.eval.x86_64.a__b-1:latest"),
        ("swe-smith", {"instance_id": "i", "image_name": "swebench/swesmith.x86_64.a_1776_b.c"},
         "swebench/swesmith.x86_64.a_1776_b.c"),
        ("multi-swe-bench", {"org": "Cli", "repo": "Cli", "number": 9}, "mswebench/cli_m_cli:pr-9"),
        ("swe-bench-pro", {"instance_id": "instance_A__B-12-vnan", "repo": "A/B"},
         "jefzda/sweap-images:a.b-A__B-12"),
        ("swe-bench-pro", {"instance_id": "instance_A__B-12-v34", "repo": "A/B"},
         "jefzda/sweap-images:a.b-A__B-12-v34"),
        ("swe-bench-pro",
         {"instance_id": "instance_element-hq__element-web-12-vnan", "repo": "element-hq/element-web"},
         "jefzda/sweap-images:element-hq.element-element-hq__element-web-12"),
        ("swe-bench-pro",
         {"instance_id": "instance_element-hq__element-web-" + WHOLE,
          "repo": "element-hq/element-web"},
         f"jefzda/sweap-images:element-hq.element-web-element-hq__element-web-{WHOLE}"),
    ],
)  # fmt: skip
def test_an_image_has_the_name_of_its_family(family, row, name):
    assert FAMILIES[family](row).name == name


def test_a_tag_is_cut_where_a_registry_allows_no_more():
    name = FAMILIES["swe-bench-pro"]({"instance_id": LONG, "repo": "NodeBB/NodeBB"}).name

    assert len(name.partition(":")[2]) == TAG_CHARS


def test_swebench_is_published_twice():
    image = with_mirrors("swebench/sweb.eval.x86_64.a_1776_b-1:latest")

    assert image.others == ("ghcr.io/epoch-research/swe-bench.eval.x86_64.a__b-1:latest",)
    assert with_mirrors("else/where:1").others == ()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_row_of_something_else_is_refused(family):
    with pytest.raises(UsageError):
        FAMILIES[family]({"number": "x"})


def test_a_row_of_multi_swe_bench_is_called_by_its_request():
    assert identity_of({"org": "a", "repo": "b", "number": 3}) == "a/b:pr-3"
