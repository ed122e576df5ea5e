"""Look at an environment: its files as they were made, and each library imported inside a slot."""

from argparse import Namespace

from grader.cli.exit_codes import Exit

COLUMN = 24


def run(arguments: Namespace, name: str) -> int:
    """Status 5 where it is not here, is damaged, or a library does not import."""
    import anyio  # noqa: PLC0415  heavy from here

    from grader.benchmarks._data import cache_directory  # noqa: PLC0415
    from grader.cli.output import show  # noqa: PLC0415
    from grader.engine.proof.environment import imported  # noqa: PLC0415
    from grader.image.environment import built  # noqa: PLC0415
    from grader.supply.environments import damage  # noqa: PLC0415

    shown = built(name, cache_directory())
    found = damage(name, cache_directory())
    libraries = anyio.run(imported, name)
    whole = not found and not any(libraries.values())
    if arguments.json:
        import json  # noqa: PLC0415

        told = {
            "environment": shown.facts.model_dump(mode="json"),
            "usable": whole,
            "damage": found,
            "libraries": libraries,
        }
        show(json.dumps(told, indent=2) + "\n")
        return Exit.GRADED if whole else Exit.UNUSABLE
    lines = [
        f"{name:<{COLUMN}}{'usable' if whole else 'NOT USABLE'}",
        f"  {'digest':<{COLUMN}}{shown.facts.digest[:16]}",
        f"  {'distributions':<{COLUMN}}{len(shown.facts.packages)}",
        *(f"  {'damage':<{COLUMN}}{each}" for each in found[:10]),
        *(f"  {module:<{COLUMN}}{trouble or 'ok'}" for module, trouble in libraries.items()),
    ]
    if found:
        lines.append(f"  make it anew: grader images build {name}")
    show("\n".join(lines) + "\n")
    return Exit.GRADED if whole else Exit.UNUSABLE
