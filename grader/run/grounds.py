"""What any run's verdicts rest on, however its samples came: so much of a manifest."""

import os
import time
from collections.abc import Mapping
from typing import Any

from grader.core.task import Task
from grader.engine import dataset, environments, packages, provenance
from grader.engine.options import EngineOptions
from grader.engine.toolchains import needed
from grader.executors._facts import ProviderFacts
from grader.sandboxes.base import Provider
from grader.version import VERSION


def grounds(
    options: EngineOptions, tasks: Mapping[str, Task], provider: Provider | ProviderFacts
) -> dict[str, Any]:
    """Fields of `Manifest`: the engine, its options, the tasks, the sandbox and this machine.

    `tasks`: none where requests bring their own.
    """
    return {
        "engine_version": VERSION,
        "packages": packages.shown(options),
        "environments": environments.shown(options, tasks),
        "extract": options.extract,
        "trust": options.trust,
        "reading": options.reading,
        "sandbox": options.sandbox,
        "fresh": options.fresh,
        "python": ".".join(str(part) for part in provider.python),
        "environment": getattr(provider, "environment", ()),
        "engine_sha256": provenance.engine_sha256(),
        "tasks_sha256": dataset.content_of(tasks) if tasks else "",
        "images": provenance.images_of(tasks),
        "toolchains": needed.versions_of(tasks.values(), sandbox=options.sandbox),
        "isolation": provider.isolation,
        "host": os.uname().nodename,
        "host_facts": provenance.host_facts(),
        "workers": getattr(provider, "workers", options.workers),
        "created_at": time.time(),
    }
