"""Three small problems in SciCode's format, with their targets and given code."""

import json
from pathlib import Path

import pytest

from grader.benchmarks._scicode.targets import told

SCALED = "def scaled(x, factor=2):\n    return x * factor\n"
NOISY = "def noisy(x):\n    return scaled(x) + np.random.rand(len(x))\n"
GROWN = "def grown(box):\n    return Box(box.side + 1)\n"
GIVEN = "class Box:\n    def __init__(self, side):\n        self.side = side\n"
COMPARED = (
    "from scicode.compare.cmp import cmp_tuple_or_list\n"
    "assert cmp_tuple_or_list((scaled(1.5), [scaled(2)]), target)"
)


def step(number: str, header: str, tests: list[str], gold: str = "") -> dict:
    more = {"ground_truth_code": gold} if gold else {}
    return {"step_number": number, "function_header": header, "test_cases": tests, **more}


PROBLEMS = [
    {
        "problem_id": "1",
        "required_dependencies": "import numpy as np",
        "sub_steps": [
            step(
                "1.1",
                "def scaled(x, factor=2):\n    '''Times two.'''",
                [
                    "data = np.array([1.0, 2.5])\nassert np.allclose(scaled(data), target)",
                    "assert np.allclose(scaled(data, factor=3), target)",
                    COMPARED,
                    "assert (scaled(3) > 5) == target",
                ],
                SCALED,
            ),
            step(
                "1.2",
                "def noisy(x):\n    '''With noise.'''",
                [
                    "np.random.seed(3)\nx = np.random.rand(3)\nassert np.allclose(noisy(x), target)",
                    "assert np.allclose(noisy(x) + np.random.rand(), target)",
                ],
                NOISY,
            ),
        ],
    },
    {
        "problem_id": "2",
        "required_dependencies": "import numpy as np",
        "sub_steps": [
            step("2.1", "class Box:\n    def __init__(self, side):", []),
            step(
                "2.2",
                "def grown(box):\n    '''One larger.'''",
                ["box = Box(2)\nassert np.allclose(grown(box).side, target)"],
            ),
        ],
    },
    {
        "problem_id": "3",
        "required_dependencies": "import numpy as np",
        "sub_steps": [
            step(
                "3.1",
                "def final(state, n):\n    '''Where it comes to rest.'''",
                ["state = np.array([4.0])\nassert np.isclose(final(state, 8)[-1], state[0] / 256)"],
                "def final(state, n):\n    return [state[0] / 2**k for k in range(n + 1)]\n",
            )
        ],
    },
]


def targets() -> dict:
    """As the gold code gives them; of 1.2 there are none."""
    np = pytest.importorskip("numpy")
    whole = {
        "k": "tuple",
        "v": [{"k": "float", "v": (3.0).hex()}, {"k": "list", "v": [{"k": "int", "v": 4}]}],
    }
    return {
        "1.1": [told(np.array([2.0, 5.0])), told(np.array([3.0, 7.5])), whole, {"k": "bool", "v": True}],
        "2.2": [told(np.float64(3))],
        "3.1": [{"k": "NoneType"}],
    }  # fmt: skip


def written(folder: Path, *, with_targets: bool = True) -> Path:
    """A folder with all of it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(each) + "\n" for each in PROBLEMS)
    (folder / "problems_all.jsonl").write_text(text)
    (folder / "2.1.txt").write_text(GIVEN)
    if with_targets:
        steps = {name: {"targets": each} for name, each in targets().items()}
        (folder / "small_targets.json").write_text(json.dumps({"steps": steps}))
    return folder
