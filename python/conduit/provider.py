"""A provider of one service: registered again after each cut with what it holds; handed requests; told to stop, or to drain."""

from __future__ import annotations

import asyncio
import logging
from typing import Callable, Dict, List, Optional, Set

from .connection import Connection
from .errors import Body, Cancelled, ConduitError, error_from_wire
from .handlers import Handler, work
from .held import Held
from .request import Requests

#: A hub that can't take a registration now, its disk being full for example, is asked again after this.
REGISTER_AGAIN_MS = 1_000
#: However long it says.
MOST_PUT_OFF_MS = 60_000

_log = logging.getLogger("conduit")


class Provider:
    """:param registration: what the hub is told of it, but for what it holds."""

    def __init__(
        self, connection: Connection, registration: Body, handler_of: Callable[[str], Optional[Handler]]
    ) -> None:
        self._connection = connection
        self._registration = registration
        self._handler_of = handler_of
        self._held: Dict[str, Held] = {}
        self._working: Set[asyncio.Task[None]] = set()
        self._is_draining = False
        #: The code with which the hub put the registration off last.
        self._put_off_by: Optional[str] = None
        self._idle: List[asyncio.Future[None]] = []
        self._registered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # In this order: a child request that is sent again needs its parent to be held.
        connection.ups.append(self._register)
        self._requests = Requests(connection)
        connection.on("request", self._take)
        connection.on("cancel", self._cancel)
        connection.on("drain", lambda _: self._drain_soon())
        connection.on("refused", self._refused)
        connection.downs.append(self._down)
        connection.closes.append(self._closed)
        #: Done when it has left for good; with the error when the hub does not want it any more.
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def held(self) -> int:
        """How many requests it works on."""
        return len(self._held)

    async def registered(self) -> None:
        """Returns once the hub knows it. :raises ConduitError: what the hub refuses."""
        await asyncio.shield(self._registered)

    async def drain(self, timeout_ms: float) -> None:
        """Takes nothing new, finishes what it holds, and leaves; what takes longer is handed to another provider."""
        if not self._is_draining:
            self._is_draining = True
            self._connection.tell("drain", {"name": self._registration["name"]})
        if self._held:
            idle: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(idle)
            await asyncio.wait([idle], timeout=timeout_ms / 1_000)
            if self._held:
                _log.warning("leaving with %d requests unfinished: another worker is handed them", len(self._held))
        await self._connection.close()

    def _drain_soon(self) -> None:
        """An operator asks for it: as long as it may take."""
        draining = asyncio.get_running_loop().create_task(self.drain(7 * 24 * 3_600_000))
        self._working.add(draining)
        draining.add_done_callback(self._working.discard)

    def _register(self) -> None:
        in_flight = [{"request_id": held.request_id, "attempt": held.attempt} for held in self._held.values()]
        registration = {"type": "service", "acks": True, **self._registration, "in_flight": in_flight}
        self._connection.tell("register", registration, self._answered)

    def _answered(self, answer: Body) -> None:
        if answer.get("ok") is not True:
            error = error_from_wire(answer.get("error"))
            if not error.retryable:
                return self._connection.fail(error)
            # A hub that is leaving closes the connection itself, and the next one is asked; any other may take it later.
            if error.code != "hub_draining":
                # Once for each reason, not for each try.
                if error.code != self._put_off_by:
                    name = self._registration["name"]
                    _log.warning("%s can't be registered yet, and goes on trying: %s", name, error.message)
                self._put_off_by = error.code
                asked = (error.details or {}).get("retry_after_ms")
                later_ms = min(asked, MOST_PUT_OFF_MS) if isinstance(asked, (int, float)) and asked >= 0 else REGISTER_AGAIN_MS
                asyncio.get_running_loop().call_later(later_ms / 1_000, self._register)
            return
        self._put_off_by = None
        self._connection.renew(answer)
        if self._is_draining:
            self._connection.tell("drain", {"name": self._registration["name"]})
        # What the hub does not name is somebody else's by now: it sends a `cancel` for each.
        for kept in answer.get("in_flight") or []:
            held = self._held.get(str(kept["request_id"]))
            if held is not None and held.attempt == kept["attempt"]:
                held.continue_after(int(kept["last_n"]))
        if not self._registered.done():
            self._registered.set_result(None)

    def _take(self, handed: Body) -> None:
        request_id = str(handed["request_id"])
        earlier = self._held.get(request_id)
        if earlier is not None:
            # The same request again means that its earlier attempt was given up.
            earlier.forget()
        held = Held(self._connection, request_id, int(handed["attempt"]), self._over)
        self._held[request_id] = held
        handler = self._handler_of(str(handed.get("action")))
        if self._is_draining:
            return held.finish("reject", {"reason": "this worker is leaving"})
        if handler is None:
            message = f'"{self._registration["name"]}" has no action "{handed.get("action")}"'
            return held.finish("error", {"error": {"code": "action_not_found", "message": message}})
        held.task = asyncio.get_running_loop().create_task(work(handler, held, handed, self._requests))
        self._working.add(held.task)
        held.task.add_done_callback(self._working.discard)

    def _cancel(self, said: Body) -> None:
        held = self._held.get(str(said.get("request_id")))
        if held is not None and held.attempt == said.get("attempt"):
            held.stop(str(said.get("reason")))

    def _refused(self, said: Body) -> None:
        """Another process has taken this one's ``instance_id``."""
        if said.get("event") == "register":
            self._connection.fail(error_from_wire(said.get("error")))

    def _down(self) -> None:
        for held in self._held.values():
            held.down()

    def _over(self, held: Held) -> None:
        if self._held.get(held.request_id) is held:
            del self._held[held.request_id]
        if not self._held:
            for idle in self._idle:
                if not idle.done():
                    idle.set_result(None)

    def _closed(self, error: ConduitError) -> None:
        for held in list(self._held.values()):
            held.forget()
        if self.left.done():
            return
        refusal: Optional[ConduitError] = None if error.code == "closed" else error
        for done in (self._registered, self.left):
            if done.done():
                continue
            if refusal is not None:
                done.set_exception(refusal)
                # Whoever waits for it is told; nobody else is to be woken by it.
                done.exception()
            elif done is self.left:
                done.set_result(None)
            else:
                done.set_exception(Cancelled("this worker has left"))
                done.exception()
