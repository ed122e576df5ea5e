"""Containers of Docker's engine, or of anything that speaks its API: Podman, runsc, crun.

A plan that names an image gets a container of its own (`repository`); plans that name none run in
slots: long-lived containers with the supervisor of the local sandbox inside (`slots`).
"""

from contextlib import AbstractAsyncContextManager

from grader.sandboxes.base import Provider, ProviderSettings


def open_provider(settings: ProviderSettings) -> AbstractAsyncContextManager[Provider]:
    """Containers on one engine. Raises SandboxError where no engine answers."""
    from grader.sandboxes.docker.provider import open_docker  # noqa: PLC0415  heavy

    return open_docker(settings)
