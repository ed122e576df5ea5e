"""Many jobs at a time: submitted as results are taken, handed out in order of completion."""

import threading
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Sequence,
)
from concurrent.futures import Future
from typing import Generic, TypeVar, cast

from anyio import to_thread

from grader.engine.service.owner import answer_of, outcome

Answer = TypeVar("Answer")
Item = TypeVar("Item")
End = object()


class JobFlow(Generic[Item, Answer]):
    """Jobs under way, in the order in which they end, and whether another one may begin."""

    def __init__(self, submit: Callable[[Item], "Future[Answer]"], window: int) -> None:
        """`window`: how many may be under way, or ended and not taken yet."""
        self._submit = submit
        self._window = window
        self._has_more = True
        self._going: set[Future[Answer]] = set()
        self._ended: deque[Future[Answer]] = deque()
        self._lock = threading.Lock()  # futures end in the owner's thread
        self._next: Future[None] | None = None

    def has_room(self) -> bool:
        """Whether the next item is wanted now."""
        return self._has_more and len(self._going) < self._window

    def begin(self, item: object) -> None:
        """Begin the next item's job; `End`: there is none."""
        if item is End:
            self._has_more = False
            return
        future = self._submit(cast("Item", item))
        self._going.add(future)
        future.add_done_callback(self._end)

    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return not self._going

    def _end(self, future: "Future[Answer]") -> None:
        with self._lock:
            self._ended.append(future)
            waiting, self._next = self._next, None
        if waiting is not None and waiting.set_running_or_notify_cancel():
            waiting.set_result(None)

    def soon(self) -> "Future[None]":
        """A future that ends as soon as `take` has something to give."""
        with self._lock:
            self._next = Future()
            if self._ended:
                self._next.set_result(None)
            found = self._next
            if self._ended:
                self._next = None
            return found

    def take(self) -> Answer:
        """The next result; raises what its job raised."""
        with self._lock:
            future = self._ended.popleft()
        self._going.discard(future)
        return answer_of(future)

    def cancel(self) -> None:
        """Give up all that is still under way."""
        for future in list(self._going):
            future.cancel()


def in_turn(
    items: Iterable[Item], submit: Callable[[Item], "Future[Answer]"], window: int
) -> Generator[Answer]:
    """Results as they come, at most `window` items beyond those that were taken."""
    flow, source = JobFlow(submit, window), iter(items)
    try:
        while True:
            while flow.has_room():
                flow.begin(next(source, End))
            if flow.is_over():
                return
            flow.soon().result()
            yield flow.take()
    finally:
        flow.cancel()


async def in_turn_anywhere(
    items: AsyncIterable[Item] | Iterable[Item],
    submit: Callable[[Item], "Future[Answer]"],
    window: int,
) -> AsyncGenerator[Answer]:
    """The same in any event loop; an iterable that may wait is read in a thread."""
    flow, source = JobFlow(submit, window), reader(items)
    try:
        while True:
            while flow.has_room():
                flow.begin(await source())
            if flow.is_over():
                return
            await outcome(flow.soon())
            yield flow.take()
    finally:
        flow.cancel()


def reader(items: AsyncIterable[Item] | Iterable[Item]) -> Callable[[], Awaitable[object]]:
    """A coroutine function that gives the next item, or `End`."""
    if isinstance(items, AsyncIterable):
        stream = aiter(items)

        async def pulled() -> object:
            return await anext(stream, End)

        return pulled
    source = iter(items)
    is_at_hand = isinstance(items, Sequence)

    async def taken() -> object:
        return next(source, End) if is_at_hand else await to_thread.run_sync(next, source, End)

    return taken
