"""OpenRLHF: `reward_func` for `--reward.remote_url` that names a Python file.

A label is what is right, as JSON (see `task_of_fields`). OpenRLHF's only way to be told that
nothing can be said is an exception; the sample's reward is None then.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from grader.engine.build.fields import task_of_fields
from grader.errors import UsageError
from grader.harnesses._answers import without_prompt
from grader.harnesses._rewards import demanded, results_of


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **_: Any
) -> dict[str, Any]:
    """Tensors `rewards` and `scores`; raises UngradedError for our own trouble.

    queries: decoded sequences, prompt and answer, as OpenRLHF has them.
    """
    torch: Any = import_module("torch")  # the host has it

    if not len(queries) == len(prompts) == len(labels):
        sizes = f"{len(queries)}, {len(prompts)} and {len(labels)}"
        raise UsageError(f"queries, prompts and labels: as many of each are expected, not {sizes}")
    rows = zip(queries, prompts, labels, strict=True)
    jobs = [
        (task_of_fields(label, f"labels[{place}]"), without_prompt(query, prompt))
        for place, (query, prompt, label) in enumerate(rows)
    ]
    rewards = torch.tensor([demanded(each) for each in results_of(jobs)])
    return {"rewards": rewards, "scores": rewards, "extra_logs": {"passed": rewards}}
