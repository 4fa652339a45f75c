"""A way to a hub that comes back by itself: after a cut, a restart, a hub that leaves.

What was asked and not answered is asked again, in the same order, so everything asked here must bear being asked twice. What is carried is
the client's and the service's matter. Everything runs on one event loop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from typing import Callable, Dict, List, Optional, Tuple, Union
from urllib.parse import urlsplit

from .errors import Body, ConduitError, error_from_wire
from .link import Answered, Link, LinkLost
from .sendable import Limits, sendable

#: A token, or what reads one: called for each connection, so that one that has expired is followed by a new one.
Token = Union[str, Callable[[], str]]
Listener = Callable[[Body], None]

#: Where ``conduit start`` listens.
USUAL_URL = "http://127.0.0.1:9100"
#: The way back is tried after this, and after twice as long each time, up to the second: a hub waits 5 s for a worker.
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 3.0

_log = logging.getLogger("conduit")


class Connection:
    """:raises ValueError: when ``url`` is no address of a hub."""

    def __init__(self, url: Optional[str], token: Optional[Token], name: Optional[str]) -> None:
        self.url = url or os.environ.get("CONDUIT_URL") or USUAL_URL
        self._origin, self._path = _address(self.url)
        self._token = token
        self._name = name
        self._session: Optional[Body] = None
        self._link: Optional[Link] = None
        self._questions: Dict[int, _Question] = {}
        self._asked = 0
        self._listeners: Dict[str, List[Listener]] = {}
        self._running: Optional[asyncio.Task[None]] = None
        self._first: Optional[asyncio.Future[None]] = None
        self.limits = Limits()
        #: New when the hub's store lost what it had committed.
        self.epoch = ""
        #: Why it will not come back; None while it may.
        self.closed_by: Optional[ConduitError] = None
        #: Run whenever a hub has the session again, before what was asked is asked again.
        self.ups: List[Callable[[], None]] = []
        self.downs: List[Callable[[], None]] = []
        #: Run once, when the connection will not come back.
        self.closes: List[Callable[[ConduitError], None]] = []

    @property
    def is_up(self) -> bool:
        """True while what is said reaches a hub that knows this session."""
        return self._link is not None

    async def open(self, patience_ms: Optional[float]) -> None:
        """Resolves once a hub has answered.

        :param patience_ms: how long the first answer may take; None waits for a hub that comes later.
        :raises ConduitError: ``unreachable``, or the hub's refusal; the connection is closed then.
        """
        self._first = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._stay_connected())
        try:
            await asyncio.wait_for(asyncio.shield(self._first), None if patience_ms is None else patience_ms / 1_000)
        except asyncio.TimeoutError:
            error = ConduitError(
                "unreachable", f"no hub answers at {self.url}; is one running there? (conduit start)", retryable=True
            )
            await self.close(error)
            raise error from None
        except BaseException:
            await self.close()
            raise

    def on(self, event: str, listener: Listener) -> None:
        """Listens to an event of the hub, whatever connection it comes over."""
        self._listeners.setdefault(event, []).append(listener)

    async def ask(self, name: str, body: Callable[[], Body]) -> Body:
        """Asks the hub, again after each cut until it answers. A hub that is leaving answers for none: the next one is asked.

        :param body: made anew each time it is asked.
        :raises ConduitError: the hub's refusal; ``closed`` when the connection is closed first.
        """
        if self.closed_by is not None:
            raise self.closed_by
        self._asked += 1
        number = self._asked
        question = _Question(name, body, asyncio.get_running_loop().create_future())
        self._questions[number] = question
        try:
            if self._link is not None:
                self._put(self._link, question)
            return await question.answer
        finally:
            del self._questions[number]

    def tell(self, name: str, body: Body, answered: Optional[Answered] = None) -> None:
        """Says something once, while the connection is up; ``answered`` is never called when it is lost before the answer."""
        if self._link is not None:
            self._link.emit(name, body, answered)

    def renew(self, answer: Body) -> None:
        """Every answer to a `register` brings a new token, and the one before is soon worth nothing."""
        self._session = {name: answer[name] for name in ("session_id", "session_token")}

    def weigh(self, message: Body) -> Tuple[Body, int]:
        """:raises TypeError: for what can't be sent. :raises ConduitError: ``payload_too_large``."""
        return sendable(message, self.limits)

    def fail(self, error: ConduitError) -> None:
        """Ends it for good because the hub does not want it."""
        self._end(error)
        if self._running is not None:
            self._running.cancel()

    async def close(self, error: Optional[ConduitError] = None) -> None:
        """Ends it for good: what is unanswered is refused with ``closed``."""
        self._end(error or ConduitError("closed", f"the connection to {self.url} was closed"))
        if self._running is not None and self._running is not asyncio.current_task():
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _stay_connected(self) -> None:
        delay_s, has_told = FIRST_DELAY_S, False
        while self.closed_by is None:
            link = Link(self._deliver)
            try:
                await link.open(self._origin, self._path, await self._auth())
                await self._register(link)
                delay_s, has_told = FIRST_DELAY_S, False
                await asyncio.shield(link.ended)
                _log.info("the connection to %s was lost; finding the way back", self.url)
            except LinkLost as error:
                if not has_told:
                    _log.warning("no hub answers at %s (%s); trying again", self.url, error)
                has_told = True
            except ConduitError as error:
                if not error.retryable and not (callable(self._token) and self._session is not None):
                    return self._end(error)
            except Exception as error:
                _log.exception("the connection to %s can't be kept", self.url)
                return self._end(ConduitError("internal", f"the connection to {self.url} failed: {error!r}"))
            finally:
                self._down(link)
                await link.close()
            # Many that lost the same hub do not come back at the same moment.
            await asyncio.sleep(delay_s * random.uniform(0.5, 1.0))
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)

    async def _auth(self) -> Body:
        token = self._token if self._token is not None else os.environ.get("CONDUIT_TOKEN")
        if callable(token):
            try:
                # It may read a file or ask somebody: not on the loop that answers heartbeats.
                token = await asyncio.get_running_loop().run_in_executor(None, token)
            except Exception as error:
                raise ConduitError("unauthenticated", f"the token could not be read: {error}") from error
        return {} if token is None else {"token": token}

    async def _register(self, link: Link) -> None:
        registration: Body = {"type": "client"}
        if self._name is not None:
            registration["name"] = self._name
        if self._session is not None:
            registration["resume"] = self._session
        answer = await link.call("register", registration)
        if answer.get("ok") is not True:
            raise error_from_wire(answer.get("error"))
        if link.ended.done():
            raise LinkLost("the connection was lost")
        self.renew(answer)
        self.epoch = str(answer.get("epoch", ""))
        self.limits = Limits.from_wire(answer.get("limits"))
        self._link = link
        link.ended.add_done_callback(lambda _: self._down(link))
        unanswered = list(self._questions.values())
        for up in list(self.ups):
            up()
        for question in unanswered:
            self._put(link, question)
        if self._first is not None and not self._first.done():
            self._first.set_result(None)

    def _down(self, link: Link) -> None:
        if self._link is not link:
            return
        self._link = None
        for down in list(self.downs):
            down()

    def _deliver(self, name: str, body: Body) -> None:
        for listener in self._listeners.get(name, []):
            listener(body)

    def _put(self, link: Link, question: _Question) -> None:
        def answered(said: Body) -> None:
            if question.answer.done():
                return
            if said.get("ok") is True:
                return question.answer.set_result(said)
            error = error_from_wire(said.get("error"))
            # A hub that is leaving closes the connection itself, and the next one is asked.
            if error.code != "hub_draining":
                question.answer.set_exception(error)

        if not question.answer.done():
            link.emit(question.name, question.body(), answered)

    def _end(self, error: ConduitError) -> None:
        if self.closed_by is not None:
            return
        self.closed_by = error
        if self._link is not None:
            self._down(self._link)
        for question in self._questions.values():
            if not question.answer.done():
                question.answer.set_exception(error)
        if self._first is not None and not self._first.done():
            self._first.set_exception(error)
        for closed in list(self.closes):
            closed(error)


class _Question:
    def __init__(self, name: str, body: Callable[[], Body], answer: asyncio.Future[Body]) -> None:
        self.name = name
        self.body = body
        self.answer = answer


def _address(url: str) -> Tuple[str, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.netloc:
        raise ValueError(f'a hub\'s address is a URL such as {USUAL_URL}, not "{url}"')
    return f"{parts.scheme}://{parts.netloc}", f"{parts.path.strip('/')}/socket.io".lstrip("/")
