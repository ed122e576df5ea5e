"""The machines of a run: reached, compared, lost, reached again."""

import time
from collections.abc import Callable, Sequence

import anyio
from anyio.abc import TaskGroup

from grader.errors import ProviderError, UsageError
from grader.executors._machines.machine import (
    Machine,
    MachineLink,
    MachineLostError,
    MachineRefusedError,
    MachineState,
)
from grader.executors._machines.wire import MachineFacts

JOIN_S = 5.0
"""That others get once one machine is there; who is later joins later."""
PAUSE_S, PAUSE_MOST_S = 0.5, 15.0
"""Between two attempts to reach a machine."""
STABLE_S = 10.0

Check = Callable[[MachineFacts], str]
"""Why a machine will not do for this run; empty where it will."""


class MachineRoster:
    """All machines of a run, and which of them can be sent something now."""

    def __init__(
        self,
        links: Sequence[MachineLink],
        *,
        check: Check,
        note: Callable[[str], None],
        ring: Callable[[], None],
    ) -> None:
        """`ring`: called when one more can be used."""
        self.machines = [Machine(link) for link in links]
        self.reference: MachineFacts | None = None
        """Of the first that was there; all others are like it."""
        self.note = note
        self._check = check
        self._ring = ring
        self._met = anyio.Event()

    async def meet(self, group: TaskGroup) -> None:
        """Reach all machines and keep in touch; raises where none will do."""
        for machine in self.machines:
            group.start_soon(self._attend, machine)
        while self._is_joining() and not self.ready():
            await self._meeting()
        if not self.ready():
            raise self.none_left()
        with anyio.move_on_after(JOIN_S):
            while self._is_joining():
                await self._meeting()

    def _is_joining(self) -> bool:
        return any(each.state is MachineState.JOINING for each in self.machines)

    async def _meeting(self) -> None:
        await self._met.wait()
        self._met = anyio.Event()

    async def _attend(self, machine: Machine) -> None:
        """Keep in touch with a machine until it is refused or drained."""
        pause_s = PAUSE_S
        while True:
            try:
                with anyio.fail_after(machine.link.contact_s):
                    facts = await machine.link.facts()
                self._take_in(machine, facts)
            except MachineRefusedError as error:
                machine.become(MachineState.REFUSED, str(error))
                self.note(f"machine {machine.name}: refused: {error}")
                self._met.set()
                return
            except (MachineLostError, TimeoutError) as error:
                if machine.state is MachineState.JOINING:
                    why = str(error) or f"no answer within {machine.link.contact_s:g} s"
                    machine.become(MachineState.LOST, why)
                    self.note(f"machine {machine.name}: not reached: {why}")
                    self._met.set()
            began = time.monotonic()
            while machine.state is MachineState.READY:
                await machine.changed.wait()
            if machine.state in {MachineState.DRAINED, MachineState.REFUSED}:
                return
            pause_s = PAUSE_S if time.monotonic() - began > STABLE_S else pause_s
            await anyio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_MOST_S)

    def _take_in(self, machine: Machine, facts: MachineFacts) -> None:
        """Use a machine; MachineRefusedError where it will not do."""
        if why := self._check(facts):
            raise MachineRefusedError(why)
        first = self.reference or facts
        if why := unlike(first, facts):
            raise MachineRefusedError(f"it is not like {first.host}: {why}")
        self.reference = first
        if machine.state is MachineState.LOST:
            self.note(f"machine {machine.name}: there again")
        machine.facts = facts
        machine.tasks.clear()
        machine.become(MachineState.READY)
        self._met.set()
        self._ring()

    def ready(self) -> list[Machine]:
        """Those that can be sent something."""
        return [each for each in self.machines if each.state is MachineState.READY]

    def none_left(self) -> Exception:
        """What a run without machines ends with."""
        whys = "; ".join(f"{each.name}: {each.why or each.state.value}" for each in self.machines)
        if all(each.state is MachineState.REFUSED for each in self.machines):
            return UsageError(f"no machine will do for this run: {whys}")
        return ProviderError(f"no machine is left to grade on: {whys}")


def unlike(first: MachineFacts, other: MachineFacts) -> str:
    """In what a machine differs that a verdict may rest on; empty where in nothing."""
    pairs = (
        ("tier", first.isolation.tier, other.isolation.tier),
        ("sandbox", first.provider, other.provider),
        ("Python", first.python, other.python),
        ("environment", first.environment, other.environment),
        ("packages", first.packages, other.packages),
    )
    return "; ".join(f"{name} {b} and not {a}" for name, a, b in pairs if a != b)
