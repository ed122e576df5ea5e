"""Slots that are lent: what goes on while their borrower has gone."""

import anyio
import pytest

from grader.errors import SandboxError
from grader.sandboxes.local.lender import STEPS_PER_SLOT, SlotLender

pytestmark = pytest.mark.anyio


class LentSlot:
    """As much of a slot as a lender looks at."""

    def __init__(self) -> None:
        self.broken = ""
        self.served = 0
        self.closed = False
        self.may_end = anyio.Event()

    def has_ended(self) -> bool:
        return False

    async def abandon(self) -> None:
        await self.may_end.wait()
        self.broken = ""

    async def close(self) -> None:
        self.closed = True


class SlowOpening:
    """Opens slots when it is told to."""

    def __init__(self) -> None:
        self.may_open = anyio.Event()
        self.opened: list[LentSlot] = []

    async def __call__(self) -> LentSlot:
        await self.may_open.wait()
        self.opened.append(LentSlot())
        return self.opened[-1]


@pytest.fixture
def opening():
    return SlowOpening()


@pytest.fixture
def lender(opening):
    return SlotLender(1, opening)


async def test_slot_whose_borrower_went_while_it_opened_is_the_next_one_s(lender, opening):
    for _ in range(5):
        with anyio.move_on_after(0.01):
            await lender.take()
    opening.may_open.set()
    with anyio.fail_after(5):
        assert await lender.take() is opening.opened[0]
    assert len(opening.opened) == 1


async def test_opening_that_fails_frees_its_turn(lender, opening):
    async def broken():
        raise SandboxError("no slot")

    lender._make = broken
    with pytest.raises(SandboxError, match="no slot"):
        await lender.take()
    lender._make = opening
    opening.may_open.set()
    with anyio.fail_after(5):
        await lender.take()


async def test_borrower_waits_for_no_stop_and_the_next_one_does(lender, opening):
    opening.may_open.set()
    slot = await lender.take()
    slot.broken = "interrupted"
    lender.abandon(slot)
    freed: list[str] = []
    lender.give_back(slot, lambda: freed.append("memory"))
    with anyio.move_on_after(0.05) as scope:
        await lender.take()
    assert scope.cancelled_caught
    assert not freed
    slot.may_end.set()
    with anyio.fail_after(5):
        assert await lender.take() is slot
    assert freed == ["memory"]
    assert not slot.closed


@pytest.mark.parametrize("why", ["broken", "old"])
async def test_slot_that_is_broken_or_old_is_closed_and_replaced(lender, opening, why):
    opening.may_open.set()
    slot = await lender.take()
    slot.broken, slot.served = ("files left", 1) if why == "broken" else ("", STEPS_PER_SLOT)
    lender.give_back(slot)
    with anyio.fail_after(5):
        assert await lender.take() is not slot
    assert slot.closed


async def test_closing_ends_an_opening_that_nobody_waits_for(lender, opening):
    with anyio.move_on_after(0.01):
        await lender.take()
    await lender.close()
    assert not opening.opened
