"""Requests as asyncio programs hold them: awaited for the result, looped over for the events, cancelled; all of it any number of times."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, AsyncIterator, Callable, Dict, Generator, List, Mapping, Optional, Set

from .connection import Connection
from .errors import Body
from .events import NAMES, Event
from .following import Following

#: What may be said of a request, beside its payload.
_OPTIONS = (
    "timeout_ms",
    "start_timeout_ms",
    "max_attempts",
    "priority",
    "tags",
    "trace",
    "on_requester_gone",
)


class Request:
    """A request that was sent, or is followed. Reconnecting and sending again are done for you.

    Awaited, it gives the result, or raises a :class:`ConduitError` with the code that the request ended with. ``async for`` over it
    gives every event from the first one on, then ends; a loop does not raise because the request failed (its last event is
    ``error``), only where it could not be sent or followed any more. Leaving a loop stops following and cancels nothing.

    A slow loop costs no memory: beyond 1,000 events or 1 MiB ahead of it the hub is told to wait, and its log is read on later.
    """

    def __init__(self, following: Following, connection: Connection) -> None:
        self._following = following
        self._connection = connection

    @property
    def id(self) -> str:
        """Its id, from the first moment on: ``follow(id)`` finds it from anywhere, for as long as the hub keeps it."""
        return self._following.request_id

    def __await__(self) -> Generator[Any, None, Any]:
        return self.result().__await__()

    async def result(self) -> Any:
        """:raises ConduitError: with the code that it ended with."""
        event = await self._following.end()
        if event.error is not None:
            raise event.error.of(self.id)
        return event.result

    async def __aiter__(self) -> AsyncIterator[Event]:
        loop = self._following.loop()
        try:
            while True:
                event = await loop.next()
                if event is None:
                    return
                yield event
        finally:
            self._following.leave(loop)

    async def cancel(self, reason: Optional[str] = None) -> str:
        """Asks for its end. A provider may still complete it; whoever awaits it is told how it ended.

        :param reason: for people: at most 1,024 characters.
        :returns: ``cancelled`` at once, ``requested`` of its provider, or ``already_finished``.
        :raises ConduitError: ``request_not_found``; ``closed``.
        """
        body = {"request_id": self.id, **({} if reason is None else {"reason": reason})}
        answer = await self._connection.ask("cancel", lambda: body)
        return str(answer.get("outcome"))


class Requests:
    """The requests of one connection: each event goes to the one it is about."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._followed: Dict[str, List[Following]] = {}
        self._sending: Set[asyncio.Task[None]] = set()
        for name in NAMES:
            connection.on(name, self._receiver(name))
        connection.ups.append(lambda: self._all(Following.up))
        connection.downs.append(lambda: self._all(Following.down))
        connection.closes.append(lambda error: self._all(lambda following: following.fail(error)))

    def send(
        self, service: str, action: str, payload: Any, options: Mapping[str, Any], parent: Optional[Body] = None
    ) -> Request:
        """:raises TypeError: for an option there is not, or what can't be sent. :raises ConduitError: ``payload_too_large``."""
        said = dict(options)
        request_id = said.pop("request_id", None) or str(uuid.uuid4())
        unknown = [name for name in said if name not in _OPTIONS]
        if unknown:
            raise TypeError(f"a request has no {unknown[0]}; it has {', '.join(('request_id', *_OPTIONS))}")
        fields = {"to": service, "action": action, "payload": payload, "parent": parent, **said}
        given = {name: value for name, value in fields.items() if value is not None}
        message, _ = self._connection.weigh({**given, "request_id": request_id})
        following = Following(self._connection, request_id, message, self._attach, self._detach)
        sending = asyncio.get_running_loop().create_task(following.send())
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return Request(following, self._connection)

    def follow(self, request_id: str) -> Request:
        return Request(Following(self._connection, request_id, None, self._attach, self._detach), self._connection)

    def _attach(self, following: Following) -> None:
        known = self._followed.setdefault(following.request_id, [])
        if following not in known:
            known.append(following)

    def _detach(self, following: Following) -> bool:
        known = self._followed.get(following.request_id, [])
        if following in known:
            known.remove(following)
        if not known:
            self._followed.pop(following.request_id, None)
        return not known

    def _receiver(self, name: str) -> Callable[[Body], None]:
        def receive(body: Body) -> None:
            for following in list(self._followed.get(str(body.get("request_id")), [])):
                following.receive(name, body)

        return receive

    def _all(self, then: Callable[[Following], None]) -> None:
        for followed in [list(followed) for followed in self._followed.values()]:
            for following in followed:
                then(following)
