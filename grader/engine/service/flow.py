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


class CompletedFutures(Generic[Answer]):
    """Futures in the order in which they end; those that have not ended can be cancelled."""

    def __init__(self) -> None:
        """None is under way."""
        self.going: set[Future[Answer]] = set()
        self._ended: deque[Future[Answer]] = deque()
        self._lock = threading.Lock()  # futures end in the owner's thread
        self._next: Future[None] | None = None

    def add(self, future: "Future[Answer]") -> None:
        """Wait for one more."""
        self.going.add(future)
        future.add_done_callback(self._end)

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
        self.going.discard(future)
        return answer_of(future)

    def cancel(self) -> None:
        """Give up all that is still under way."""
        for future in list(self.going):
            future.cancel()


def in_turn(
    items: Iterable[Item], submit: Callable[[Item], "Future[Answer]"], window: int
) -> Generator[Answer]:
    """Results as they come, at most `window` items beyond those that were taken."""
    completed: CompletedFutures[Answer] = CompletedFutures()
    source = iter(items)
    has_more = True
    try:
        while True:
            while has_more and len(completed.going) < window:
                try:
                    item = next(source)
                except StopIteration:
                    has_more = False
                    break
                completed.add(submit(item))
            if not completed.going:
                return
            completed.soon().result()
            yield completed.take()
    finally:
        completed.cancel()


async def in_turn_anywhere(
    items: AsyncIterable[Item] | Iterable[Item],
    submit: Callable[[Item], "Future[Answer]"],
    window: int,
) -> AsyncGenerator[Answer]:
    """The same in any event loop; an iterable that may wait is read in a thread."""
    completed: CompletedFutures[Answer] = CompletedFutures()
    source = reader(items)
    has_more = True
    try:
        while True:
            while has_more and len(completed.going) < window:
                item = await source()
                if item is End:
                    has_more = False
                    break
                completed.add(submit(cast("Item", item)))
            if not completed.going:
                return
            await outcome(completed.soon())
            yield completed.take()
    finally:
        completed.cancel()


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
