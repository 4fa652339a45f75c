"""One request that is followed: its events come once and in order to whoever reads it, over cuts, restarts and what the hub let go.

Any number of readers share one cursor of the hub. It stands where the one furthest behind is, and is told to stop while all are full.
"""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Union

from .connection import Connection
from .errors import Body, ConduitError, error_from_wire
from .events import Event, event_from_wire
from .reading import Ending, Loop

Reader = Union[Ending, Loop]


class Following:
    """:param message: the fields of ``request``; None for one that was sent earlier, here or elsewhere."""

    def __init__(
        self,
        connection: Connection,
        request_id: str,
        message: Optional[Body],
        attach: Callable[[Following], None],
        detach: Callable[[Following], bool],
    ) -> None:
        self.request_id = request_id
        self._connection = connection
        self._message = message
        self._attach = attach
        self._detach = detach
        self._readers: List[Reader] = []
        # What came before anybody looked; the first loop takes it.
        self._unread: Optional[Loop] = None
        # `asking` between a `watch` and its answer: what comes meanwhile is of the cursor before.
        self._stream = "off"
        self._position = 0
        self._epoch: Optional[str] = None
        self._is_accepted = message is None
        self._early: List[Event] = []
        self._last: Optional[Event] = None
        self._failure: Optional[ConduitError] = None
        self._times_sent = 0
        if message is not None:
            self._unread = Loop(self._look)
            self._add(self._unread)

    async def send(self) -> None:
        """Sends it, again after each cut, until the hub has it."""

        def body() -> Body:
            self._times_sent += 1
            return {**(self._message or {}), "request_id": self.request_id}

        try:
            self._accepted(await self._connection.ask("request", body))
        except ConduitError as error:
            self.fail(error)

    async def end(self) -> Event:
        """The event that ended it. :raises ConduitError: when it can't be sent or followed."""
        if self._last is not None:
            return self._last
        if self._failure is not None:
            raise self._failure.of(self.request_id)
        ending = Ending()
        self._add(ending)
        # Who only waits for the end needs nothing kept; a loop that begins later reads the log.
        if self._unread is not None:
            self._readers.remove(self._unread)
            self._unread = None
        self._look()
        try:
            return await ending.done
        finally:
            self.leave(ending)

    def loop(self) -> Loop:
        """A reader of its events from the first one on; hand it back with ``leave``."""
        loop, self._unread = self._unread, None
        if loop is None:
            loop = Loop(self._look)
            self._add(loop)
            if self._failure is not None:
                loop.fail(self._failure.of(self.request_id))
            else:
                self._look()
        return loop

    def leave(self, reader: Reader) -> None:
        if reader in self._readers:
            self._readers.remove(reader)
            self._look()

    def fail(self, error: ConduitError) -> None:
        """It can't be sent or followed any more: whoever reads is told why."""
        if self._failure is not None or self._last is not None:
            return
        self._failure = error
        self._unwatch()
        for reader in list(self._readers):
            reader.fail(error.of(self.request_id))

    def receive(self, name: str, body: Body) -> None:
        event = event_from_wire(name, body)
        if not self._is_accepted:
            self._early.append(event)
        elif self._stream == "on":
            self._take(event)

    def up(self) -> None:
        """The connection is there again."""
        if self._is_accepted and self._failure is None:
            self._look()

    def down(self) -> None:
        self._stream = "off"
        # What came before the answer comes again after it.
        self._early = []

    def _accepted(self, answer: Body) -> None:
        if self._failure is not None:
            return
        self._is_accepted = True
        self._epoch = self._connection.epoch
        early, self._early = self._early, []
        # Where the hub had it already, its events went to a connection that is gone. And the link may have gone since it answered.
        if self._times_sent > 1 or not self._connection.is_up:
            return self._look()
        self._stream = "on"
        self._take(_first_event(answer))
        for event in early:
            self._take(event)
        self._look()

    def _take(self, event: Event) -> None:
        if not event.is_live:
            if event.seq <= self._position:
                return
            if event.seq > self._position + 1:
                # Something was lost between: what the hub let go it will say.
                return self._watch(self._position)
            self._position = event.seq
            if event.is_last:
                self._last = event
        for reader in list(self._readers):
            if _is_next_for(reader, event):
                reader.take(event)
        if not event.is_live:
            self._look()

    def _look(self) -> None:
        """Asks the hub for what somebody here lacks, or for nothing while nobody wants more."""
        if not self._is_accepted or self._failure is not None:
            return
        wanting = [reader for reader in self._readers if not reader.is_full and not self._has_all(reader)]
        if not wanting:
            return self._unwatch()
        self._attach(self)
        if self._connection.closed_by is not None:
            return self.fail(self._connection.closed_by)
        if not self._connection.is_up or self._stream == "asking":
            return
        behind = min(self._position if isinstance(reader, Ending) else reader.after for reader in wanting)
        if self._stream == "off" or behind < self._position:
            self._watch(behind)

    def _watch(self, after_seq: int) -> None:
        self._stream = "asking"
        self._position = after_seq
        body: Body = {"request_id": self.request_id, "after_seq": after_seq}
        if self._epoch is not None:
            body["epoch"] = self._epoch
        self._connection.tell("watch", body, self._watching)

    def _watching(self, answer: Body) -> None:
        if answer.get("ok") is not True:
            return self.fail(self._refusal(error_from_wire(answer.get("error"))))
        self._stream = "on"
        self._epoch = self._connection.epoch
        if answer.get("mode") == "snapshot":
            self._snapshot(answer)
        self._look()

    def _unwatch(self) -> None:
        is_alone = self._detach(self)
        was_streaming, self._stream = self._stream != "off", "off"
        # Of a request that has ended nothing comes any more.
        if is_alone and was_streaming and self._last is None:
            self._connection.tell("unwatch", {"request_id": self.request_id})

    def _snapshot(self, answer: Body) -> None:
        """The request as it stands, in place of events that are no longer to be had; an ended one tells its end too."""
        request: Body = answer["request"]
        is_reset = answer.get("reset") is True
        lost = {"gap": answer.get("gap") is True, "reset": is_reset}
        snapshot = event_from_wire("snapshot", {**_stamp(request), "request": request, **lost})
        self._position = snapshot.seq
        for reader in list(self._readers):
            if isinstance(reader, Loop) and not reader.is_full and (is_reset or reader.after < snapshot.seq):
                reader.take(snapshot)
        if request["state"] not in ("completed", "failed", "cancelled", "expired"):
            return
        if request.get("result_omitted") is True:
            get = {"request_id": self.request_id, "include": ["result"]}
            self._connection.tell("get", get, self._with_result)
        else:
            self._end(request)

    def _with_result(self, answer: Body) -> None:
        """A result that is too large, or binary, to stand in a snapshot."""
        if answer.get("ok") is True:
            self._end(answer["request"])
        else:
            self.fail(error_from_wire(answer.get("error")))

    def _end(self, request: Body) -> None:
        fields: Body = {**_stamp(request), "at": request.get("finished_at"), "state": request["state"]}
        said = {key: request[key] for key in ("result", "error", "timings") if key in request}
        last = event_from_wire("error" if "error" in request else "result", {**fields, **said})
        self._last = last
        for reader in list(self._readers):
            if isinstance(reader, Ending) or reader.after == last.seq:
                reader.take(last)
        self._look()

    def _has_all(self, reader: Reader) -> bool:
        if isinstance(reader, Ending):
            return reader.done.done()
        return reader.has_last

    def _refusal(self, error: ConduitError) -> ConduitError:
        if error.code != "request_not_found" or self._message is None:
            return error
        sentence = (
            f"the hub has forgotten request {self.request_id}: it keeps it no longer, or restarted and had kept nothing;"
            " whether the work was done is unknown"
        )
        return ConduitError("request_not_found", sentence)

    def _add(self, reader: Reader) -> None:
        self._readers.append(reader)
        self._attach(self)


def _is_next_for(reader: Reader, event: Event) -> bool:
    if isinstance(reader, Ending):
        return True
    if reader.is_full:
        return False
    return reader.after == event.seq if event.is_live else reader.after + 1 == event.seq


def _first_event(answer: Body) -> Event:
    """The answer to ``request`` is event 1, which the hub does not send to the requester."""
    attempt = 1 if answer.get("state") == "assigned" else 0
    said: Any = {key: value for key, value in answer.items() if key not in ("ok", "position")}
    return event_from_wire("status", {**said, "attempt": attempt, "overall": 0.0})


def _stamp(request: Body) -> Body:
    return {key: request[key] for key in ("request_id", "seq", "attempt", "overall")}
