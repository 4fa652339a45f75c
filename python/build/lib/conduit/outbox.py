"""What a provider says about one attempt: numbered from 1, sent in order, kept until the hub has it, said again after a cut.

So many messages may be on their way; beyond that the next ones wait, and of a task's progress only the latest is kept.
"""

from __future__ import annotations

import asyncio
from typing import Callable, Dict, List, Tuple

from .errors import Body, ConduitError, error_from_wire
from .link import Answered

#: On their way at once; beyond either, ``room`` waits. Enough for a hub at 50 ms to be kept busy.
MOST_MESSAGES = 256
MOST_BYTES = 4 * 1024 * 1024
#: A handler that streams without waiting for room is stopped before its process runs out of memory.
TOO_MANY_BYTES = 64 * 1024 * 1024


class Said:
    """One message, with its place among all that is said in this attempt."""

    def __init__(self, name: str, body: Body, size: int) -> None:
        self.name = name
        self.body = body
        self.size = size


class Outbox:
    """:param tell: says something once, while the connection is up. :param about: what every message names."""

    def __init__(
        self,
        tell: Callable[[str, Body, Answered], None],
        weigh: Callable[[Body], Tuple[Body, int]],
        about: Body,
        refused: Callable[[ConduitError, Said], None],
        emptied: Callable[[], None],
    ) -> None:
        self._tell = tell
        self._weigh = weigh
        self._about = about
        self._refused = refused
        self._emptied = emptied
        self._unanswered: Dict[int, Said] = {}
        self._progress: Dict[str, Body] = {}
        self._waiting: List[asyncio.Future[None]] = []
        self._bytes = 0
        self._last_n = 0
        # Between a cut and the hub's word on what it has, messages are only kept: one sent early would arrive out of turn.
        self._is_live = True
        self._is_closed = False

    @property
    def is_empty(self) -> bool:
        return not self._unanswered and not self._progress

    @property
    def has_room(self) -> bool:
        return self._is_closed or not self._is_full

    @property
    def _is_full(self) -> bool:
        return len(self._unanswered) >= MOST_MESSAGES or self._bytes >= MOST_BYTES

    def say(self, name: str, fields: Body) -> None:
        """:raises TypeError: for what can't be sent. :raises ConduitError: ``payload_too_large``; ``too_fast``."""
        if self._is_closed:
            return
        # What is known of a task must not come after its end.
        self._flush()
        self._send(name, fields)

    def progress(self, task_id: str, fields: Body) -> None:
        """How far a task is: the latest counts, so none waits for another. :raises TypeError: for what can't be sent."""
        if self._is_closed:
            return
        copy, _ = self._weigh(fields)
        self._progress.pop(task_id, None)
        self._progress[task_id] = copy
        if not self._is_full:
            self._flush()

    async def room(self) -> None:
        """Returns when there is room for more, at once while there is."""
        while not self.has_room:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting

    def down(self) -> None:
        """The connection is gone; the work goes on."""
        self._is_live = False

    def continue_after(self, last_n: int) -> List[Said]:
        """The hub has everything up to its message ``last_n``: what follows is said again. Gives what it has and never answered.

        A hub that was killed may have forgotten progress that it had answered. It lost nothing by that, but counts from before: so what
        follows is counted from there too.
        """
        self._is_live = True
        had = [said for n, said in self._unanswered.items() if n <= last_n]
        rest = [said for n, said in self._unanswered.items() if n > last_n]
        self._unanswered = {}
        self._bytes = 0
        self._last_n = last_n
        for said in rest:
            self._post(said)
        self._made_room()
        return had

    def close(self) -> None:
        """Nothing more is to be said: somebody else has the request, or it has ended."""
        self._is_closed = True
        self._unanswered.clear()
        self._progress.clear()
        self._bytes = 0
        self._wake()

    def _send(self, name: str, fields: Body) -> None:
        body, size = self._weigh({**self._about, "n": self._last_n + 1, **fields})
        if self._bytes + size > TOO_MANY_BYTES:
            raise ConduitError("too_fast", "more than 64 MiB were streamed without waiting: await each chunk()")
        self._post(Said(name, body, size))

    def _post(self, said: Said) -> None:
        self._last_n += 1
        n = said.body["n"] = self._last_n
        self._unanswered[n] = said
        self._bytes += said.size
        if self._is_live:
            self._tell(said.name, said.body, lambda answer: self._answered(n, said, answer))

    def _answered(self, n: int, said: Said, answer: Body) -> None:
        if self._unanswered.get(n) is not said:
            return
        del self._unanswered[n]
        self._bytes -= said.size
        if answer.get("ok") is not True:
            self._refused(error_from_wire(answer.get("error")), said)
        self._made_room()

    def _made_room(self) -> None:
        if self._is_closed:
            return
        if not self._is_full:
            self._flush()
            self._wake()
        if self.is_empty:
            self._emptied()

    def _flush(self) -> None:
        latest, self._progress = self._progress, {}
        for fields in latest.values():
            self._send("progress", fields)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)
