"""Who reads a request: loops, each with a bounded line of events ahead of it, and those who only wait for its end."""

from __future__ import annotations

import asyncio
from typing import Callable, Dict, List, Optional, Union

from .events import Event
from .sendable import weight

#: Beyond either, no more is taken until half of it has been read. The hub keeps the rest in its log.
MOST_EVENTS = 1_000
MOST_BYTES = 1024 * 1024
_OWN_WEIGHT = 200


class Ending:
    """Reads a request for its end alone."""

    is_full = False

    def __init__(self) -> None:
        self.after = 0
        self.done: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

    def take(self, event: Event) -> None:
        if event.is_last and not self.done.done():
            self.done.set_result(event)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            # Whoever waits for it is told; nobody else is to be woken by it.
            self.done.exception()


class Loop:
    """Reads every event, from the first one on.

    :param has_room: runs when a full line has been read half.
    """

    def __init__(self, has_room: Callable[[], None]) -> None:
        #: The number of the last event that it has.
        self.after = 0
        self.is_full = False
        self.has_last = False
        self._has_room = has_room
        # By number, live values by what they tell of: of those only the latest counts, and it stands last.
        self._line: Dict[Union[int, str], Event] = {}
        self._bytes = 0
        self._failure: Optional[BaseException] = None
        self._waiting: List[asyncio.Future[None]] = []

    def take(self, event: Event) -> None:
        if self.has_last:
            return
        if not event.is_live:
            self.after = event.seq
        self.has_last = event.is_last
        key = _key(event)
        before = self._line.pop(key, None)
        if before is not None:
            self._bytes -= _weight(before)
        self._line[key] = event
        self._bytes += _weight(event)
        if len(self._line) >= MOST_EVENTS or self._bytes >= MOST_BYTES:
            self.is_full = True
        self._wake()

    def fail(self, error: BaseException) -> None:
        if not self.has_last:
            self._failure = error
            self._wake()

    async def next(self) -> Optional[Event]:
        """The next event, None after the last. :raises ConduitError: when it can't be followed any more."""
        while not self._line:
            if self._failure is not None:
                raise self._failure
            if self.has_last:
                return None
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        event = self._line.pop(next(iter(self._line)))
        self._bytes -= _weight(event)
        if self.is_full and len(self._line) <= MOST_EVENTS / 2 and self._bytes <= MOST_BYTES / 2:
            self.is_full = False
            self._has_room()
        return event

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)


def _key(event: Event) -> Union[int, str]:
    if event.type == "progress":
        return f"progress {event.task_id}"
    return event.type if event.is_live or event.type == "snapshot" else event.seq


def _weight(event: Event) -> int:
    return _OWN_WEIGHT + weight(event.data) + weight(event.result)
