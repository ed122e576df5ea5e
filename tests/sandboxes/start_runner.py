"""Start an engine's sandbox and end it again.

Usage: python start_runner.py RUN_ID [no-namespaces]
"""

import sys

import anyio
from denial import deny_namespaces

from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.local import open_provider


async def main(run_id: str) -> None:
    async with open_provider(ProviderSettings(run_id=run_id)) as provider:
        print(provider.isolation.tier)


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, sys.argv[1])
