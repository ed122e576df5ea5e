"""Pid 1 of a slot: has one process made per step and reports facts. Standard library only.

It never runs a program's code, never believes a program where the kernel can be asked, and leaves
nothing alive between steps. End of file on its channel means that the engine is gone.
"""

import os
import select
import signal
import socket
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any, NoReturn

from grader.sandboxes._slot import ending, forker, kernel, landlock, questions, step, task, wire
from grader.sandboxes._slot.cgroup import CountedGroup
from grader.sandboxes._slot.forker import Forker
from grader.sandboxes._slot.inbox import FrameInbox
from grader.sandboxes._slot.kills import KillCounters
from grader.sandboxes._slot.kin import StepProcesses
from grader.sandboxes._slot.learned import LearnedTasks
from grader.sandboxes._slot.meter import StepMeter
from grader.sandboxes._slot.network import SlotNetwork
from grader.sandboxes._slot.numbers import ProcessIds
from grader.sandboxes._slot.nursery import Nursery
from grader.sandboxes._slot.program_file import ProgramFile
from grader.sandboxes._slot.scratch import (
    ScratchSpace,
    dirty,
    empty,
    folder_of,
    mounted_mb,
    shown_folder,
)
from grader.sandboxes._slot.seed import SeedProcess
from grader.sandboxes._slot.standing import CheckerLeftError, StandingChecker, attended, spoken
from grader.sandboxes._slot.step_files import StepFiles
from grader.sandboxes._slot.streams import PRINTED, StepStreams
from grader.sandboxes._slot.tasks_clock import TasksClock
from grader.sandboxes._slot.traces import SlotTraces

REASON_CHARS = 1000
FIRST_TICK_S, TICK_S = 0.02, 0.05
"""Of looks at a step's clocks; where a control group watches memory the first is no earlier."""
OURS = (step.NotSetUpError, CheckerLeftError)
"""Ends of which no program that has begun can be the cause."""
OWN_PROCESSES = 5
BASE_MB = 48
"""What the supervisor and the preloaded interpreter take out of a group's memory limit."""


class Supervisor:
    """Serves run requests, one at a time."""

    def __init__(
        self, channel: socket.socket, prepared: task.TaskConfinement, place: ScratchSpace,
        *, level: int,
    ) -> None:  # fmt: skip
        """`level` is the Landlock ABI; 0 where there is none."""
        self.channel = channel
        self.inbox = FrameInbox(channel)
        self.status_reader, self.status_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        """Where each step's process says that it is set up, before its program begins."""
        self.place = place
        self.traces = SlotTraces(place)
        self.program = ProgramFile(place, self.traces, stays=prepared.user_id is not None)
        self.used_by = 0
        """Whose files were only removed, and the places not made anew: see `_emptied`."""
        self.files = StepFiles(place.job, self.program, self.traces)
        self.prepared = prepared
        self.level = level
        self.group: CountedGroup | None = None
        self.disk_mb = 0
        self.base_mb = BASE_MB
        self.own_namespace = True
        self.process_count = 1
        self.network: SlotNetwork | None = None
        self.kin = StepProcesses(prepared.process_table)
        self.seed: SeedProcess | None = None
        """Who forks all that a step's code sees, a checker's too."""
        self.nursery: Nursery | None = None
        """Who forks in its stead, where tasks are another user's."""
        self.sight: tuple[socket.socket, socket.socket] | None = None
        """How a fresh step's init shows its working directory."""
        self.checks = False
        """Whether it serves checkers, and nothing else."""
        self.standing: StandingChecker | None = None
        self.trouble = ""
        """Why none could be hired."""
        self.kills = KillCounters(None, prepared.process_table)
        self.numbers = ProcessIds(prepared.process_table)
        self.clock: TasksClock | None = None
        self.begun = False
        """Whether the step's program may have begun."""
        self.learned = LearnedTasks()

    def plant(self, examination: ModuleType | None) -> None:
        """Start what steps' processes are forked from; before the first step.

        `examination`: the module that holds interviews; only in a slot for checkers.
        """
        self.checks = examination is not None
        self.seed = SeedProcess(
            self.prepared, self.place, level=self.level, own_namespace=self.own_namespace,
            processes=self.process_count, status=self.status_writer, examination=examination,
        )  # fmt: skip
        self.seed.start()
        self.kin.members.append(self.seed)
        self._move()  # sockets made until here are counted where no step looks
        has_user = self.own_namespace and self.prepared.user_id is not None
        if has_user and self.seed.has_siblings and not self.checks:
            self.nursery = Nursery(self.seed)
            self.kin.members.append(self.nursery)

    def serve(self) -> NoReturn:
        """Until the engine is gone."""
        while True:
            try:
                frame = self.inbox.receive()
            except (EOFError, OSError):
                sys.exit(0)
            if frame.header.get("op") in {wire.STOP, wire.DONE}:
                continue  # the step it was meant for has ended by itself
            answer = self.run(frame)
            try:
                if answer:
                    self.channel.sendall(wire.encode(answer[0], *answer[1]))
            except OSError:
                sys.exit(0)

    def run(self, frame: wire.Frame) -> tuple[dict[str, Any], list[bytes]] | None:
        """One step; trouble of ours is reported as `broken`, never as the step's."""
        self.begun = False
        if frame.header.get("op") == wire.HIRE:
            return self._try_to_hire(frame)
        try:
            self._leave_no_files(frame)
            if frame.header.get("op") == wire.ATTEND:
                return self._attend(frame.header["limits"])
            self._dismiss()
            return self._run(frame)
        except SystemExit:
            raise
        except step.FileHasNoPlaceError as error:
            if not frame.header.get("keep"):
                self._wipe(frame.header["limits"]["disk_mb"])
            return {"refused": str(error)[:REASON_CHARS]}, []
        except BaseException as error:  # noqa: BLE001  boundary: the engine tells what is wrong
            self.standing = None
            self.kill_all()
            begun = self.begun and not isinstance(error, OURS)
            return {"broken": f"{type(error).__name__}: {error}"[:REASON_CHARS], "begun": begun}, []
        finally:
            frame.scrub()

    def _leave_no_files(self, frame: wire.Frame) -> None:
        """Files are numbered as those of another plan left it."""
        if self.used_by and frame.header.get("use") != self.used_by:
            self._wipe(self.disk_mb)

    def _run(self, frame: wire.Frame) -> tuple[dict[str, Any], list[bytes]]:
        request = frame.header
        limits = request["limits"]
        if limits["disk_mb"] != self.disk_mb:
            self._wipe(limits["disk_mb"])
        keeps = request.get("keep") and self.own_namespace
        self._bound(limits, besides_mb=mounted_mb(self.place.places) if keeps else 0)
        maker = self._maker(request)
        if self.checks:
            self._forget_counts()  # standing checkers were at work
        self.kills.begin()
        sockets = self.network.before() if self.network else 0
        parts = step.split(request, frame.body)
        is_apart = request.get("fresh") and self.own_namespace
        if not is_apart:
            self.files.put(request, parts)  # the first that may be refused
        self.learned.tell(request)
        streams = StepStreams(limits["output_kb"] << 10)
        nonce = os.urandom(8).hex().encode()
        stdin_descriptor = step.readable(parts.stdin)
        meter = self._meter(frame)
        writers = streams.writers()
        descriptors = [stdin_descriptor, *writers, *frame.descriptors]
        child = self._ordered(maker, request, nonce, parts, descriptors)
        self.begun = True
        for descriptor in frame.descriptors:
            os.close(descriptor)
        exit_descriptor = os.pidfd_open(child)
        ended, evidence = self._watch(exit_descriptor, streams, meter)
        status, peak_mb = self._reap(child, is_dead=not ended)
        status = step.confirmed(self.status_reader, status)
        self.kill_all()
        over = streams.drain()
        if over and not ended:
            ended, evidence = "output", f"{over} cap"
        facts = meter.facts()
        ended, evidence = self._end(ended, evidence, status, meter)
        cap = request.get("collect_kb", limits["output_kb"]) << 10
        collected = self._collect(request, cap)
        residue = self._clean(limits, request) or self._lasting(sockets)
        kernel.close_all([*streams.names, *writers, stdin_descriptor, exit_descriptor])
        outputs = [bytes(streams.data["stdout"]), bytes(streams.data["stderr"])]
        trusted = request.get("role") == "checker"
        record = step.record(bytes(streams.data["record"]), nonce, trusted=trusted)
        self.learned.keep(request, record)
        header = {
            "ended": ended, "evidence": evidence, "peak_mb": peak_mb, "residue": residue,
            "code": step.code(status), "record": record,
            "stdout": len(outputs[0]), "stderr": len(outputs[1]), "over": over,
            "collected": [[path, len(data)] for path, data in collected], **facts,
        }  # fmt: skip
        return header, [*outputs, *(data for _, data in collected)]

    def _bound(self, limits: dict[str, Any], *, besides_mb: int = 0) -> None:
        """The group's limits: the step's, and what this process and its kin take.

        `besides_mb`: what earlier steps' files take.
        """
        if self.group:
            memory_mb = limits["memory_mb"] + self.base_mb + besides_mb
            self.group.set_limits(memory_mb, limits["pids"] + OWN_PROCESSES)

    def _end(self, ended: str, evidence: str, status: int, meter: StepMeter) -> tuple[str, str]:
        """How a step ended and who says so; `ended`: how it was ended, if it was."""
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        starved = None
        if ended != "output":
            starved = self.kills.found(killed=killed and not ended, share=meter.memory_share)
        if starved:
            return starved
        return (ended, evidence) if ended else step.natural(status, meter)

    def _forget_counts(self) -> None:
        """What was counted after the last step holds no more: something began or ended since."""
        self.kills.forget()
        for counter in (self.network, self.clock):
            if counter:
                counter.forget()

    def _meter(self, frame: wire.Frame) -> StepMeter:
        """The clocks of a step, started."""
        request = frame.header
        if self.clock is None and self.group and self.group.processor >= 0:
            self.clock = TasksClock(self.group, self.kin)
        return StepMeter(
            self.prepared.process_table, request["limits"],
            watch_memory=self.group is None, own_namespace=self.own_namespace,
            clock=self.clock,
            place=None if self.own_namespace else self.place,
            sockets=self.network, kin=self.kin,
            questions=questions.of_frame(frame),
        )  # fmt: skip

    def _attend(self, limits: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Look after a standing checker's interview until the engine has its record."""
        standing = self.standing
        if standing is None:
            raise CheckerLeftError(f"no checker stands: {self.trouble}")
        meter = StepMeter(
            self.prepared.process_table, limits, watch_memory=self.group is None,
            own_namespace=self.own_namespace, only=standing.pid, kin=self.kin,
        )  # fmt: skip
        self.kills.begin()
        self.begun = True
        ended, evidence = standing.attend(self.inbox, meter, TICK_S)
        if ended == "spoken":
            ended, evidence = spoken(self.inbox)
        facts, status, outputs = meter.facts(), 0, standing.outputs()
        if ended != "done":
            status = self._dismiss()
            facts = meter.facts()
            ended, evidence = self._end(ended, evidence, status, meter)
        return attended(ended, evidence, step.code(status), facts, outputs), outputs

    def _try_to_hire(self, frame: wire.Frame) -> None:
        """Nobody waits for an answer: where none is hired, the engine's socket has no other end."""
        self.trouble = ""
        try:
            self._leave_no_files(frame)
            self._dismiss()
            self._hire(frame)
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001  boundary: told to who asks what became of it
            self.standing = None
            self.trouble = f"{type(error).__name__}: {error}"[:REASON_CHARS]
            self.kill_all()
        finally:
            kernel.close_all(frame.descriptors)

    def _hire(self, frame: wire.Frame) -> None:
        """Have a checker forked that stays, on the engine's socket.

        It is stopped by this process' clock, not by a limit of its own, as its CPU time goes on
        from interview to interview.
        """
        limits = frame.header["limits"]
        if limits["disk_mb"] != self.disk_mb:
            self._wipe(limits["disk_mb"])
        self._bound(limits)
        self.kills.forget()
        streams = StepStreams(limits["output_kb"] << 10, PRINTED)
        stdin, writers = step.readable(b""), streams.writers()
        wanted = [stdin, *writers, *frame.descriptors]
        request = {"role": "checker", "stays": True, "limits": {**limits, "cpu_s": 1e9}}
        child = self._sown((request, b"", len(wanted)), forker.NOTHING, wanted)
        kernel.close_all([stdin, *writers])
        self.standing = StandingChecker(child, streams)

    def _dismiss(self) -> int:
        """End the standing checker, if there is one; its wait status."""
        standing, self.standing = self.standing, None
        if standing is None:
            return 0
        status, _ = self._reap(standing.pid)
        self.kill_all()
        standing.close()
        if not self.traces.is_clean():
            self._wipe(self.disk_mb)
        return step.confirmed(self.status_reader, status)

    def _maker(self, request: dict[str, Any]) -> Forker:
        """Who forks this step."""
        assert self.seed is not None  # noqa: S101  planted before the first step
        if not self.nursery or request.get("fresh"):
            return self.seed
        if not self.nursery.is_ready(request["limits"]):
            self.numbers.restart()
            self.nursery.start(request["limits"], self.prepared.ruleset)
            self._forget_counts()
        return self.nursery

    def _ordered(
        self, maker: Forker, request: dict[str, Any], nonce: bytes, parts: step.RequestParts,
        descriptors: list[int],
    ) -> int:  # fmt: skip
        """A step's process; `descriptors`: what it finds at 0 and up."""
        said = (request, nonce, len(descriptors))
        self.sight = None
        if maker is self.nursery:
            told = {name: request[name] for name in task.TOLD if name in request}
            self.traces.begin()
            self.numbers.restart()
            bodies = (parts.source, parts.code, b"")
            return maker.make(forker.TASK, (told, nonce, len(descriptors)), bodies, descriptors)
        if request.get("fresh") and self.own_namespace:
            self.sight = socket.socketpair() if request.get("collect") else None
            more = [self.sight[1].fileno()] if self.sight else []
            bodies = (parts.source, parts.code, parts.files)
            self.traces.begin()
            return maker.make(forker.FRESH, said, bodies, [*descriptors, *more])
        self.traces.begin()
        return self._sown(said, (parts.source, parts.code, b""), descriptors)

    def _sown(self, said: Any, bodies: forker.Bodies, descriptors: list[int]) -> int:
        """A process that the seed forks."""
        assert self.seed is not None  # noqa: S101  planted before the first step
        self.numbers.restart()
        rules = [self.prepared.ruleset] if self.prepared.ruleset >= 0 else []
        return self.seed.make(forker.TASK, said, bodies, [*descriptors, *rules])

    def _watch(
        self, exit_descriptor: int, streams: StepStreams, meter: StepMeter
    ) -> tuple[str, str]:
        """Wait for the child's end: ('' , '') or how and why it has to be ended."""
        if self.inbox.has_more():
            self._read_stop()
            meter.close()
            return "exit", "stopped"
        streams.poll.register(exit_descriptor, select.POLLIN)
        streams.poll.register(self.channel.fileno(), select.POLLIN)
        due = TICK_S if self.group else FIRST_TICK_S
        try:
            while True:
                for descriptor, _ in streams.poll.poll(min(due, TICK_S) * 1000):
                    if descriptor == exit_descriptor:
                        return "", ""
                    if descriptor == self.channel.fileno():
                        self._read_stop()
                        return "exit", "stopped"
                    over = streams.read(descriptor)
                    if over:
                        return "output", f"{over} cap"
                if meter.elapsed() >= due:
                    ended, evidence = meter.verdict()
                    if ended and not select.select([exit_descriptor], [], [], 0)[0]:
                        return ended, evidence
                    due = meter.elapsed() + TICK_S
                    streams.listen()
        finally:
            meter.close()

    def _read_stop(self) -> None:
        """The engine speaks while a step runs: it wants its end, or is gone."""
        try:
            frame = self.inbox.receive()
        except (EOFError, OSError):
            sys.exit(0)
        if frame.header.get("op") != wire.STOP:
            raise ValueError("a request in the middle of a step")

    def _reap(self, child: int, *, is_dead: bool = False) -> tuple[int, float]:
        if not is_dead:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        _, status, usage = os.wait4(child, 0)
        return status, usage.ru_maxrss / 1024

    def kill_all(self) -> None:
        """Leave nothing alive but this process and its kin."""
        if self.seed and self.kin.is_alone():
            return
        if self.nursery:
            self.nursery.bury()
        if self.own_namespace:
            ending.end_namespace(self.kin, self.prepared.user_id)
        else:
            ending.end_children(self.prepared.user_id, self.kin)

    def _collect(self, request: dict[str, Any], cap: int) -> list[tuple[str, bytes]]:
        """What the step shall leave for the engine."""
        if not request.get("collect"):
            return []
        folder = shown_folder(*self.sight) if self.sight else folder_of(self.place.job)
        try:
            return step.collect(folder, request["collect"], cap)
        finally:
            os.close(folder)

    def _lasting(self, sockets: int) -> str:
        """What the step did to this slot for good, or ''; `sockets`: how many there were before."""
        if self.network and not self.network.settled(sockets):
            return "sockets that nobody owns"
        if self.seed and not self.seed.is_well():
            return "the process that forks tasks is gone"
        if self.seed and self.network and self.network.is_used():
            return self._move()
        return ""

    def _move(self) -> str:
        """Leave a network in which packets were counted; why that cannot be, or ''."""
        if self.nursery:
            self.nursery.bury()
        try:
            if self.seed and self.network:
                self.seed.move(self.network.renew())
        except OSError as error:
            return f"packets were counted: {error}"
        return ""

    def _clean(self, limits: dict[str, Any], request: dict[str, Any]) -> str:
        """Empty the scratch folders, but a session's; what could not be cleaned, or ''."""
        if request.get("keep"):
            self.files.leave()
            return ""
        if request.get("use") and not request.get("fresh") and self._emptied(request["use"]):
            return ""
        touched, doubtful = self.traces.touched(), self.traces.doubtful()
        self.program.leave()
        again = self.files.kept or (touched and self.place.forgets)
        self.files.kept = False
        if again or dirty(self.place.places if touched else doubtful, but=self.program.path):
            self._wipe(limits["disk_mb"])
            if dirty(self.place.places):
                return "files left in scratch space"
        return ""

    def _emptied(self, use: int) -> bool:
        """Whether nothing is left for the next step of the same plan.

        New mounts would also hide how files were numbered, which is nothing between steps of one
        plan, and what forks would have to be made anew behind new rules.
        """
        if self.files.kept or not self.place.forgets:
            return False
        self.program.remove()
        for each in self.place.places:
            empty(each)
        self.traces.forget()
        self.used_by = 0 if dirty(self.place.places) else use
        return self.used_by == use

    def _wipe(self, disk_mb: int) -> None:
        self.used_by = 0
        self.program.forget()
        self.place.wipe(disk_mb)
        self.traces.forget()
        self.disk_mb = disk_mb
        self._rebuild_rules()

    def _rebuild_rules(self) -> None:
        """Landlock rules name folders, not paths: new folders need new rules."""
        if self.nursery:
            self.nursery.bury()  # it is behind the old ones
            self._forget_counts()
        if self.prepared.ruleset >= 0:
            os.close(self.prepared.ruleset)
            self.prepared.ruleset = landlock.ruleset(self.level, self.place.rules(self.level))
