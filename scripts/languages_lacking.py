"""Print the packages that languages lack here; `--left` says what of them does not work instead.

A toolchain counts as here when its probe program runs in a sandbox, not when its compiler can be
found: that says nothing of the libraries that tests need.
"""

import sys
from functools import partial

import anyio
from languages_context import languages_of, packages_of

from grader.engine.toolchains import ready
from grader.errors import SandboxError, UsageError
from grader.languages.base import Language
from grader.sandboxes import local
from grader.sandboxes.base import ProviderSettings


async def troubles(languages: list[Language]) -> dict[str, str]:
    """Why each language does not work, by its name; those that do are not in it."""
    names = [each.name for each in languages]
    async with local.open_provider(ProviderSettings(run_id="languages")) as provider:
        found = await ready.findings(provider, names)
    troubles = dict.fromkeys(names, "its programs or files are missing")
    troubles.update((each.name, each.trouble) for each in found)
    return {name: said for name, said in troubles.items() if said}


def main(names: list[str]) -> int:
    wants_left = "--left" in names
    try:
        languages = languages_of([each for each in names if each != "--left"])
        left = anyio.run(partial(troubles, languages))
    except (SandboxError, UsageError) as error:
        print(f"scripts/install-languages: {error}", file=sys.stderr)
        return 2
    if not wants_left:
        print(packages_of([each for each in languages if each.name in left]))
        return 0
    for name, said in left.items():
        print(f"scripts/install-languages: {name} does not work: {said}", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
