"""`grader cluster KIND`: print the file that a cluster grades the parts of an evaluation by."""

import shlex
from argparse import Namespace
from collections.abc import Callable

from grader.cli import commands
from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, count
from grader.errors import UsageError

SUMMARY = "print a Slurm array or a Kubernetes Job that grades an evaluation in parts"
EXAMPLES = """
examples:
  grader cluster slurm --shards 16 --out runs/mine -- humaneval samples.jsonl > mine.sbatch
  grader cluster kubernetes --shards 9 --out /data/mine -- humaneval /data/x.jsonl > job.yaml
"""
OURS = ("--shard", "--out", "--resume", "--workers", "--fail-under")
"""Options of `grader evaluate` that the file gives itself, or that are about the whole."""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("kind", choices=tuple(KINDS), metavar="KIND", help=" or ".join(KINDS))
    parser.add_argument(
        "words", metavar="WORD", nargs="+", help="what follows 'grader evaluate', behind --"
    )
    parser.add_argument(
        "--shards", metavar="N", type=count, required=True, help="how many parts there are"
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        required=True,
        help="a folder that all machines see: each part writes to DIR/part-I",
    )
    parser.add_argument(
        "--cpus",
        metavar="N",
        type=count,
        default=4,
        help="processors of each part, and its workers [default: %(default)s]",
    )
    parser.add_argument(
        "--memory",
        metavar="MB",
        type=count,
        default=8192,
        help="MiB of each part [default: %(default)s]",
    )
    parser.add_argument(
        "--image",
        metavar="NAME",
        default="grader:latest",
        help="Kubernetes only: an image in which grader is installed [default: %(default)s]",
    )
    parser.add_argument(
        "--claim",
        metavar="NAME",
        default="grader",
        help="Kubernetes only: the volume claim with samples and runs, mounted at /data "
        "[default: %(default)s]",
    )


def run(arguments: Namespace) -> int:
    """Print the file; UsageError where `grader evaluate` would not take the words."""
    from grader.cli.output import show  # noqa: PLC0415  heavy

    refuse_wrong(arguments.words)
    show(KINDS[arguments.kind](arguments))
    return Exit.GRADED


def refuse_wrong(words: list[str]) -> None:
    """UsageError for words that an evaluation does not take, here and not on the cluster."""
    commands.parser_of("evaluate").parse(words)
    for word in words:
        if word.split("=")[0] in OURS:
            raise UsageError(f"{word}: the parts have their own; leave it out")
    if words[1] == "-":
        raise UsageError("samples from standard input cannot be parted; give a file")


def part(arguments: Namespace, *, number: str, cpus: str) -> str:
    """The lines of a shell that grade one part, or go on with it where it was stopped.

    number: the part's, from 1, and cpus: its processors, as the shell finds them.
    """
    words = shlex.join(arguments.words)
    return (
        "set -eu\n"
        f"part={shlex.quote(arguments.out)}/part-{number}\n"
        "resume=\n"
        '[ ! -e "$part/run.json" ] || resume=--resume\n'
        f'exec grader evaluate {words} --shard "{number}/{arguments.shards}" --workers "{cpus}" '
        '--out "$part" $resume\n'
    )


def merging(arguments: Namespace) -> str:
    """What puts the parts together."""
    out = shlex.quote(arguments.out)
    return f"grader merge {out}/part-* --out {out}/whole"


def slurm(arguments: Namespace) -> str:
    """A script for `sbatch`: an array of one job for each part (slurm.schedmd.com/sbatch.html)."""
    return (
        "#!/bin/bash\n"
        f"#SBATCH --job-name=grader-{name_of(arguments)}\n"
        f"#SBATCH --array=1-{arguments.shards}\n"
        f"#SBATCH --cpus-per-task={arguments.cpus}\n"
        f"#SBATCH --mem={arguments.memory}M\n"
        "#SBATCH --requeue\n"
        "#SBATCH --output=%x-%A-%a.log\n"
        "# A part that was stopped goes on where it was. When all are over:\n"
        f"#   {merging(arguments)}\n"
        f"{part(arguments, number='${SLURM_ARRAY_TASK_ID}', cpus='${SLURM_CPUS_PER_TASK}')}"
    )


def kubernetes(arguments: Namespace) -> str:
    """An indexed Job (kubernetes.io, "Jobs"): one pod for each part.

    JSON, which every reader of YAML takes: nothing in it has to be quoted by rules of ours.
    """
    import json  # noqa: PLC0415  heavy

    shell = "number=$((JOB_COMPLETION_INDEX + 1))\n" + part(
        arguments, number="${number}", cpus=str(arguments.cpus)
    )
    amounts = {"cpu": str(arguments.cpus), "memory": f"{arguments.memory}Mi"}
    container = {
        "name": "grader",
        "image": arguments.image,
        "command": ["/bin/bash", "-c", shell],
        "resources": {"requests": amounts, "limits": amounts},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    pod = {
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": arguments.claim}}],
    }
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"grader-{name_of(arguments)}"},
        "spec": {
            "completions": arguments.shards,
            "parallelism": arguments.shards,
            "completionMode": "Indexed",
            "backoffLimitPerIndex": 3,
            "template": {"spec": pod},
        },
    }
    head = f"# When all parts are over: {merging(arguments)}\n"
    return head + json.dumps(job, indent=2) + "\n"


def name_of(arguments: Namespace) -> str:
    """The benchmark's name as a DNS label, which both kinds take."""
    return arguments.words[0].replace("_", "-").lower()


KINDS: dict[str, Callable[[Namespace], str]] = {"slurm": slurm, "kubernetes": kubernetes}
