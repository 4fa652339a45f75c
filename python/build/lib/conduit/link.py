"""One Socket.IO connection, from its opening to its end. The next one is another Link, so nothing of an old one can linger.

What python-socketio does with a handler decides how it is used here: it acknowledges an event only after its handler has returned,
not at all when the handler raised, and a handler that blocks holds up the heartbeats. So every handler here is short, plain and
raises nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Callable, Optional, Set

import aiohttp
import socketio

from .errors import Body, ConduitError, error_from_wire

#: A way to the hub that is not open by then is given up, and another is tried.
OPEN_S = 5.0
#: aiohttp would end the connection over a frame of more than 4 MiB; a hub may be set to carry larger ones.
MOST_FRAME_BYTES = 64 * 1024 * 1024
#: A question that the hub answers at once, and still has not answered by then, was asked over a connection that is dead.
ANSWER_S = 20.0

Answered = Callable[[Body], None]
Deliver = Callable[[str, Body], None]

_log = logging.getLogger("conduit")


class LinkLost(Exception):
    """The connection is gone, or could not be made."""


class Link:
    def __init__(self, deliver: Deliver) -> None:
        #: Done when the connection is gone.
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._deliver = deliver
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outgoing: asyncio.Queue[Any] = asyncio.Queue()
        self._asked: Set[asyncio.Future[Body]] = set()
        self._http = _Http()
        self._client = socketio.AsyncClient(
            reconnection=False, handle_sigint=False, http_session=self._http, request_timeout=OPEN_S
        )
        self._client.on("connect", lambda: self._settle(None))
        self._client.on("connect_error", self._refused)
        self._client.on("disconnect", lambda *_: self._lost())
        self._client.on("*", self._received)
        self._writer: Optional[asyncio.Task[None]] = None

    async def open(self, origin: str, path: str, auth: Body) -> None:
        """:raises LinkLost: when no hub answers. :raises ConduitError: when one does, and refuses."""
        connecting = self._client.connect(
            origin, auth=auth, transports=["websocket"], socketio_path=path, namespaces=["/"], wait=False
        )
        try:
            await asyncio.wait_for(connecting, OPEN_S)
            await asyncio.wait_for(asyncio.shield(self._opened), OPEN_S)
        except ConduitError:
            raise
        except Exception as error:
            # Whatever the libraries below raise for a way that is not there: they have many words for it.
            raise LinkLost(str(error) or type(error).__name__) from error
        self._writer = asyncio.create_task(self._write())

    def emit(self, name: str, body: Body, answered: Optional[Answered] = None) -> None:
        """Sends in the order of the calls; once the connection is gone it does nothing, and nothing is answered."""
        if not self.ended.done():
            self._outgoing.put_nowait((name, body, None if answered is None else self._while_open(answered)))

    async def call(self, name: str, body: Body) -> Body:
        """:raises LinkLost: when the connection goes before the answer comes."""
        answer: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
        self._asked.add(answer)
        try:
            self.emit(name, body, lambda said: None if answer.done() else answer.set_result(said))
            if self.ended.done():
                raise LinkLost("the connection was lost")
            return await asyncio.wait_for(answer, ANSWER_S)
        except asyncio.TimeoutError as error:
            raise LinkLost(f"the hub did not answer {name} in {ANSWER_S:.0f} s") from error
        finally:
            self._asked.discard(answer)

    async def close(self) -> None:
        """Ends it, in whatever state it is, and what runs for it."""
        self._lost()
        if self._writer is not None:
            self._writer.cancel()
        engine = self._client.eio
        loops = [task for task in (engine.read_loop_task, engine.write_loop_task) if task is not None]
        if loops and engine.queue is not None:
            # What ends its loops in order; cancelled, they would log errors.
            engine.queue.put_nowait(None)
        await self._http.close()
        if loops:
            _, running = await asyncio.wait(loops, timeout=OPEN_S)
            for task in running:
                task.cancel()

    async def _write(self) -> None:
        while True:
            name, body, answered = await self._outgoing.get()
            try:
                await self._client.emit(name, body, callback=answered)
            except Exception as error:
                # The connection went between the call and now: whoever keeps what was said says it again.
                _log.debug("not sent: %s: %s", name, error)
                return self._lost()

    def _while_open(self, answered: Answered) -> Answered:
        def answer(said: Any = None) -> None:
            if self.ended.done():
                return
            try:
                answered(said if isinstance(said, dict) else {})
            except Exception:
                _log.exception("an answer of the hub could not be taken")

        return answer

    def _received(self, name: str, *args: Any) -> None:
        if self.ended.done() or not args or not isinstance(args[0], dict):
            return
        try:
            self._deliver(name, args[0])
        except Exception:
            # Raised further, python-socketio would not acknowledge the event, and the hub would take this worker for deaf.
            _log.exception("the event %s could not be taken", name)

    def _refused(self, said: Any = None) -> None:
        if isinstance(said, dict) and "message" in said:
            data = said.get("data")
            self._settle(error_from_wire(data if isinstance(data, dict) else {"code": "internal", **said}))

    def _settle(self, error: Optional[ConduitError]) -> None:
        if self._opened.done():
            return
        if error is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(error)

    def _lost(self) -> None:
        if self.ended.done():
            return
        self.ended.set_result(None)
        if not self._opened.done():
            self._opened.set_exception(LinkLost("the connection was lost"))
            # Whoever waits for it is told; nobody else is to be woken by it.
            self._opened.exception()
        for answer in self._asked:
            if not answer.done():
                answer.set_exception(LinkLost("the connection was lost"))


class _Http:
    """What python-engineio wants of an HTTP session, with a bound of our own on what one frame may hold."""

    def __init__(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=OPEN_S)
        self._session = aiohttp.ClientSession(timeout=timeout)

    @property
    def closed(self) -> bool:
        return self._session.closed

    @property
    def cookie_jar(self) -> aiohttp.abc.AbstractCookieJar:
        return self._session.cookie_jar

    def ws_connect(self, url: str, **options: Any) -> Any:
        bounded: Any = {**options, "max_msg_size": MOST_FRAME_BYTES}
        return self._session.ws_connect(url, **bounded)

    async def close(self) -> None:
        await self._session.close()
