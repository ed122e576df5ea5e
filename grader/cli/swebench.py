"""`grader swebench …`: the command line of the SWE-bench harness, as its versions 4 and 5 have it.

A script that calls `python -m swebench.harness.run_evaluation` or `swebench eval` works with
`python -m grader swebench`: the same flags, the same files below the working directory.
"""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.containers import disk_budget, disk_budget_mb
from grader.cli.engine_options import add_rule
from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, seconds, workers
from grader.core.workers import processors
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.run.options import Options

SUMMARY = "the SWE-bench harness's own flags and files"
EXAMPLES = """
examples:
  grader swebench -d rows.parquet -p predictions.jsonl -id mine --max_workers 4
  grader swebench eval verified -p predictions.jsonl --run-id mine -j 4
  grader swebench eval rows.jsonl --gold -i django__django-11099
"""
MEMBERS = {
    "swebench": "swebench swe-bench swe_bench full swe-bench/swe-bench princeton-nlp/swe-bench",
    "swebench-lite": "lite swebench-lite swe-bench-lite swe_bench_lite swe-bench_lite"
    " swe-bench/swe-bench_lite princeton-nlp/swe-bench_lite",
    "swebench-verified": "verified swebench-verified swe-bench_verified"
    " swe-bench/swe-bench_verified princeton-nlp/swe-bench_verified",
    "swebench-multilingual": "multilingual swe-bench/swe-bench_multilingual",
    "swebench-multimodal": "multimodal swe-bench/swe-bench_multimodal"
    " princeton-nlp/swe-bench_multimodal",
}
"""Benchmark → what the harness and its users call it, in lower case."""
WITHOUT_MEANING = {
    "force_rebuild": "images are never rebuilt here",
    "cache_level": "images stay, or go as --disk-budget says",
    "clean": "images stay, or go as --disk-budget says",
    "namespace": "rows name their images",
    "instance_image_tag": "rows name their images",
    "env_image_tag": "rows name their images",
    "open_file_limit": "the limit stays as it is",
}
"""Flags that are accepted and change nothing → why."""
WALL_TO_CPU = 4
"""CPU seconds per second of the harness's wall clock, as in the tasks' own limits."""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "words", metavar="eval DATASET", nargs="*", help="as `swebench eval` takes it"
    )
    add = parser.add_argument
    add(
        "-d",
        "--dataset_name",
        metavar="NAME",
        default="",
        help="a dataset's name, or a file of rows [default: SWE-bench/SWE-bench_Lite]",
    )
    add("-s", "--split", help="split [default: the dataset's usual one: test; multimodal: dev]")
    add("-i", "--instance_ids", "--instance-id", metavar="ID", nargs="+", action="extend",
        default=[], help="only these instances; may be repeated [default: all]")  # fmt: skip
    add("-p", "--predictions_path", "--predictions", metavar="FILE", default="",
        help=".json or .jsonl, or the word gold [default: none]")  # fmt: skip
    add("--gold", action="store_true", help="the tasks' own patches [default: --predictions_path]")
    add("-j", "--max_workers", "--workers", metavar="N", type=workers,
        help="instances at one time [default: the number of usable processors]")  # fmt: skip
    add("-t", "--timeout", metavar="S", type=seconds, default=1800.0,
        help="seconds of wall clock for an instance's script [default: 1800]")  # fmt: skip
    add("-id", "--run_id", "--run-id", metavar="ID", default="run",
        help="names the run and its folder [default: %(default)s]")  # fmt: skip
    add("--report_dir", "--report-dir", metavar="DIR", default=".",
        help="where the final report goes [default: the working directory]")  # fmt: skip
    add("--rewrite_reports", metavar="BOOL", default="false",
        help="judge the stored logs again, run nothing [default: %(default)s]")  # fmt: skip
    add("--modal", metavar="BOOL", nargs="?", const="true", default="false",
        help="refused: nothing runs elsewhere [default: %(default)s]")  # fmt: skip
    add("--task-repo", metavar="DIR", default="",
        help="a task repository; its images are built first [default: none]")  # fmt: skip
    disk_budget(parser)
    add_rule(parser)
    for name, reason in WITHOUT_MEANING.items():
        short = ("-n",) if name == "namespace" else ()
        dashed = f"--{name.replace('_', '-')}"
        add(*short, f"--{name}", dashed, metavar="X", dest=name,
            help=f"accepted; {reason} [default: none]")  # fmt: skip


def run(arguments: Namespace) -> int:
    """Grade, then write the official files; the exit status is that of `grader evaluate`."""
    from grader.cli.export import refuse_impossible, write_swebench  # noqa: PLC0415  heavy
    from grader.cli.grading import RunPresentation, grade  # noqa: PLC0415
    from grader.cli.output import tell  # noqa: PLC0415
    from grader.record import manifest  # noqa: PLC0415
    from grader.study.regrade import regrade  # noqa: PLC0415

    options = options_of(arguments)
    place = run_folder(arguments)
    for name, reason in WITHOUT_MEANING.items():
        if getattr(arguments, name) is not None:
            tell(f"--{name} changes nothing: {reason}")
    status: int = Exit.GRADED
    if is_true(arguments.rewrite_reports, "--rewrite_reports"):
        regrade(place)
    else:
        refuse_impossible("swebench", options.samples)
        if arguments.task_repo:
            build_images(options)
        status = grade(options, RunPresentation())
    tell(
        write_swebench(
            place,
            manifest.read(place),
            Path(),
            run_id=arguments.run_id,
            report_dir=arguments.report_dir,
        )
    )
    return status


def options_of(arguments: Namespace) -> "Options":
    """Make the evaluation that the harness's flags ask for; UsageError for what cannot be."""
    from glob import escape  # noqa: PLC0415

    from grader.record.directory import has_run  # noqa: PLC0415  heavy
    from grader.run.options import Options  # noqa: PLC0415

    if is_true(arguments.modal, "--modal"):
        raise UsageError("--modal: grader runs on this machine only; leave the flag out")
    samples = "gold" if arguments.gold else arguments.predictions_path
    if not samples:
        raise UsageError("no predictions; give -p FILE, or --gold")
    if arguments.task_repo:
        name, data = task_repository(arguments.task_repo, dataset_name(arguments))
    else:
        name, data = dataset_of(dataset_name(arguments), arguments.split)
    place = run_folder(arguments)
    return Options(
        benchmark=name,
        samples=samples,
        data=data,
        out=place,
        k=(1,),
        workers=arguments.max_workers or processors(),
        tasks=tuple(escape(each) for each in arguments.instance_ids),
        timeout_s=WALL_TO_CPU * arguments.timeout,
        rule=arguments.rule,
        reading="parity",
        sandbox="docker",
        disk_budget_mb=disk_budget_mb(arguments),
        resume=has_run(place),
        command=tuple(arguments.command),
        resumes_by_itself=True,
    )


def dataset_name(arguments: Namespace) -> str:
    """The dataset, as `-d` or after the word `eval`."""
    words: list[str] = [word for word in arguments.words if word != "eval"]
    if len(words) > 1:
        raise UsageError(f"one dataset, not {len(words)}: {', '.join(words)}")
    if words and arguments.dataset_name:
        raise UsageError(f"two datasets: '{words[0]}' and -d '{arguments.dataset_name}'")
    return arguments.dataset_name or (words[0] if words else "SWE-bench/SWE-bench_Lite")


def dataset_of(name: str, wanted: str | None) -> tuple[str, Path | None]:
    """The benchmark, and where its rows are if the name is a place or the split is unusual."""
    place, split = Path(name), wanted or "test"
    if place.is_dir():
        stems = (place / f"{split}{suffix}" for suffix in (".parquet", ".jsonl", ".json"))
        return "swebench", next((path for path in stems if path.is_file()), place)
    if place.exists() or place.suffix in {".json", ".jsonl", ".parquet"}:
        return "swebench", place
    for member, names in MEMBERS.items():
        if name.lower() in names.split():
            return member, split_of(member, wanted) if wanted else None
    known = ", ".join(words.split()[0] for words in MEMBERS.values())
    raise UsageError(f"no dataset '{name}'; give a file of rows, or one of {known}")


def split_of(member: str, split: str) -> Path | None:
    """Where another split's rows are; None for the usual one's. UsageError with the next move."""
    from grader import plugins  # noqa: PLC0415  heavy from here
    from grader.benchmarks._swebench.members import SweBench  # noqa: PLC0415

    benchmark: SweBench = plugins.load("benchmarks", member).benchmark()
    if split == benchmark.split:
        return None
    return benchmark.model_copy(update={"split": split}).locate(None)


def task_repository(folder: str, dataset: str) -> tuple[str, Path]:
    """The benchmark and the folder; a dataset of the repository's own is no known benchmark."""
    place = Path(folder)
    if not (place / "sweb.yaml").is_file():
        raise UsageError(f"--task-repo {folder}: no sweb.yaml in it; a task repository has one")
    known = (member for member, names in MEMBERS.items() if dataset.lower() in names.split())
    return next(known, "swebench"), place


def build_images(options: "Options") -> None:
    """Build the images that the predictions need, as the harness does for a task repository."""
    from grader.cli.output import tell  # noqa: PLC0415  heavy from here
    from grader.engine import dataset  # noqa: PLC0415
    from grader.supply.images import context_of, make_all  # noqa: PLC0415

    data = dataset.load(options.benchmark, options.data)
    chosen = dataset.select(data.tasks, options.tasks, limit=options.limit)
    samples = data.benchmark.samples(options.samples, data.tasks)
    graded = {sample.task_id for sample in samples if sample.body}
    tasks = {name: task for name, task in chosen.items() if name in graded}
    place = Path("repos")
    made = make_all(tasks, place, options.containers, tell, context=context_of(data))
    tell(f"{made.made} images built, {made.there} were there")


def run_folder(arguments: Namespace) -> Path:
    """Where grader keeps the run itself; UsageError for an id that names no folder."""
    name: str = arguments.run_id
    if not name or "/" in name or name in {".", ".."}:
        raise UsageError(f"--run_id '{name}' cannot name a folder")
    return Path("runs") / name


def is_true(word: str, flag: str) -> bool:
    """The harness's own reading of true and false."""
    if word.lower() in {"yes", "true", "t", "y", "1"}:
        return True
    if word.lower() in {"no", "false", "f", "n", "0"}:
        return False
    raise UsageError(f"{flag} takes true or false, not '{word}'")
