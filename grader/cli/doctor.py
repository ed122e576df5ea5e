"""`grader doctor`: try known-good and known-bad programs in every sandbox of this machine."""

from argparse import Namespace
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from grader.cli import containers
from grader.cli.exit_codes import Exit
from grader.cli.output import show, tell
from grader.cli.parser import Parser

if TYPE_CHECKING:
    from grader.core.container import ContainerOptions
    from grader.core.execution import Isolation
    from grader.engine.proof.programs import CanaryFinding
    from grader.engine.toolchains.ready import LanguageFinding
    from grader.sandboxes.base import Provider, ProviderSettings

SUMMARY = "try known-good and known-bad programs in every sandbox of this machine"
COLUMN = 16


class SandboxModule(Protocol):
    """A member module of `sandboxes/`."""

    def open_provider(
        self, settings: "ProviderSettings"
    ) -> "AbstractAsyncContextManager[Provider]":
        """Open the sandbox; SandboxError where it cannot be."""
        ...


class SandboxVisit(NamedTuple):
    """What one sandbox showed."""

    name: str
    isolation: "Isolation | None"
    findings: "tuple[CanaryFinding, ...]"
    trouble: str = ""
    """Why it could not be opened, and the next move; empty where it could."""
    fell: str = ""
    """Why it stands behind fewer walls than it can build; empty where it has its best tier."""
    languages: "tuple[LanguageFinding, ...]" = ()
    """What of this machine's toolchains works in it."""

    @property
    def usable(self) -> bool:
        """Whether samples may be graded in it."""
        return not self.trouble and all(finding.passed for finding in self.findings)


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "sandbox",
        metavar="SANDBOX",
        nargs="?",
        help="look at this one only, or at the "
        "environment of that name, whose files and libraries are tried [default: all sandboxes]",
    )
    parser.add_argument(
        "--json", action="store_true", help="the findings as JSON on stdout [default: text]"
    )
    containers.configure(parser)


def run(arguments: Namespace) -> int:
    """Visit the sandboxes, or one environment; status 5 where none is usable."""
    from grader import plugins  # noqa: PLC0415  heavy

    if arguments.sandbox in plugins.names("environments"):
        from grader.cli import doctor_environment  # noqa: PLC0415

        return doctor_environment.run(arguments, arguments.sandbox)
    names = (arguments.sandbox,) if arguments.sandbox else plugins.names("sandboxes")
    members = [(name, plugins.load("sandboxes", name)) for name in names]
    visits = [
        visit(name, cast("SandboxModule", member), containers.containers_of(arguments))
        for name, member in members
        if arguments.sandbox or not getattr(member, "RUNS_NOTHING", False)
    ]
    if arguments.json:
        import json  # noqa: PLC0415

        show(json.dumps([as_json(each) for each in visits], indent=2) + "\n")
    else:
        show("\n".join([*machine(), *(line for each in visits for line in lines_of(each))]) + "\n")
    return Exit.GRADED if any(each.usable for each in visits) else Exit.UNUSABLE


def visit(name: str, member: "SandboxModule", options: "ContainerOptions") -> SandboxVisit:
    """Open one sandbox and run the canaries in it; a sandbox in trouble is a finding."""
    import anyio  # noqa: PLC0415  heavy

    from grader.core.task import Image  # noqa: PLC0415
    from grader.engine.proof.commands import check_commands  # noqa: PLC0415
    from grader.engine.proof.programs import check  # noqa: PLC0415
    from grader.engine.toolchains import ready  # noqa: PLC0415
    from grader.errors import InfraError, SandboxError  # noqa: PLC0415
    from grader.sandboxes.base import ProviderSettings  # noqa: PLC0415

    opened: list[Provider] = []
    languages: list[LanguageFinding] = []

    async def look() -> "tuple[CanaryFinding, ...]":
        settings = ProviderSettings(run_id="doctor", containers=options)
        async with member.open_provider(settings) as provider:
            opened.append(provider)
            if not getattr(provider, "runs_programs", True):
                raise SandboxError(
                    f"no image '{options.image}' for tasks that name none: make it with"
                    " scripts/base-image bookworm, or pass --image NAME;"
                    " tasks that name an image can run"
                )
            findings = await check(provider)
            if getattr(provider, "makes_containers", False):
                findings += await check_commands(provider, Image(name=options.image), options)
            elif not getattr(member, "RUNS_NOTHING", False):
                languages.extend(await ready.findings(provider, say=tell))
            return findings

    try:
        findings = anyio.run(look)
    except InfraError as error:
        return SandboxVisit(name, opened[0].isolation if opened else None, (), str(error))
    fell = getattr(opened[0], "fell", "")
    return SandboxVisit(name, opened[0].isolation, findings, fell=fell, languages=tuple(languages))


def machine() -> list[str]:
    """Describe what the findings depend on."""
    import os  # noqa: PLC0415
    import platform  # noqa: PLC0415

    from grader.core.workers import processors  # noqa: PLC0415

    user = "root" if os.geteuid() == 0 else f"uid {os.geteuid()}"
    kernel = f"Linux {platform.release()}, {platform.machine()}, {processors()} processors"
    return [
        f"{'machine':<{COLUMN}}{kernel}",
        f"{'python':<{COLUMN}}{platform.python_version()}, as {user}",
    ]


def lines_of(visit: SandboxVisit) -> list[str]:
    """One sandbox for a person."""
    from grader.reports.base import clean  # noqa: PLC0415  heavy

    lines = ["", f"{visit.name:<{COLUMN}}{'usable' if visit.usable else 'NOT USABLE'}"]
    if visit.trouble:
        lines.append(f"  {clean(visit.trouble, 1000)}")
    if visit.isolation:
        lines.append(f"  {'tier':<{COLUMN}}{visit.isolation.tier}")
        lines.append(f"  {'in force':<{COLUMN}}{', '.join(visit.isolation.walls) or 'nothing'}")
        lines.append(f"  {'missing':<{COLUMN}}{', '.join(visit.isolation.missing) or 'nothing'}")
    if visit.fell:
        lines.append(f"  {'fell from':<{COLUMN}}{clean(visit.fell, 1000)}")
    for finding in visit.findings:
        verdict = "ok" if finding.passed else f"WRONG, expected: {finding.expected}"
        lines.append(f"  {finding.name:<24}{clean(finding.found, 60):<24}{verdict}")
    for each in visit.languages:
        said = f"{clean(each.version, 60):<24} {clean(each.trouble, 200) or 'ok'}"
        lines.append(f"  {'language ' + each.name:<24}{said}")
    return lines


def as_json(visit: SandboxVisit) -> dict[str, object]:
    """One sandbox for a machine."""
    return {
        "sandbox": visit.name,
        "usable": visit.usable,
        "trouble": visit.trouble,
        "fell_from": visit.fell,
        "isolation": visit.isolation.model_dump(mode="json") if visit.isolation else None,
        "findings": [finding.model_dump(mode="json") for finding in visit.findings],
        "languages": [each.model_dump(mode="json") for each in visit.languages],
    }
