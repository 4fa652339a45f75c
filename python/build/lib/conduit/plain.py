"""The client side without asyncio: every call blocks the thread that makes it. The connection lives in a thread of its own.

::

    from conduit import plain

    with plain.connect() as hub:
        print(hub.request("greeter", "greet", {"name": "Ada"}).result())
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from types import TracebackType
from typing import Any, Awaitable, Coroutine, Iterator, List, Optional, Sequence, Type, TypeVar

from . import client
from .connection import Token
from .errors import Body, ConduitError
from .events import Event
from .request import Request as AsyncRequest

Value = TypeVar("Value")


class Request:
    """A request that was sent, or is followed: ``.result()`` waits for its end, a loop gives its events. May be used from any thread."""

    def __init__(self, request: AsyncRequest, loop: asyncio.AbstractEventLoop) -> None:
        self._request = request
        self._loop = loop

    @property
    def id(self) -> str:
        """Its id, from the first moment on: ``follow(id)`` finds it from anywhere, for as long as the hub keeps it."""
        return self._request.id

    def result(self, timeout_ms: Optional[float] = None) -> Any:
        """Waits for the end, and gives the result.

        :param timeout_ms: how long this call waits; the request itself goes on.
        :raises ConduitError: with the code that the request ended with; ``timeout`` when this call has waited long enough.
        """
        return wait(self._loop, self._request.result(), timeout_ms)

    def __iter__(self) -> Iterator[Event]:
        """Every event from the first one on. Leaving the loop stops following and cancels nothing."""
        events = self._request.__aiter__()
        try:
            while True:
                event = wait(self._loop, _next(events))
                if event is None:
                    return
                yield event
        finally:
            if not self._loop.is_closed():
                wait(self._loop, _closed(events))

    def cancel(self, reason: Optional[str] = None) -> str:
        """The same as :meth:`conduit.Request.cancel`."""
        return wait(self._loop, self._request.cancel(reason))


class Conduit:
    """A connection to a hub, for sending requests. Made by :func:`connect`; may be used from any thread."""

    def __init__(self, conduit: client.Conduit, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
        self._conduit = conduit
        self._loop = loop
        self._thread = thread

    @property
    def url(self) -> str:
        """Where the hub is."""
        return self._conduit.url

    @property
    def is_connected(self) -> bool:
        return self._conduit.is_connected

    def request(self, service: str, action: str, payload: Any = None, **options: Any) -> Request:
        """Sends a request to a service by its name. Its parameters are those of :meth:`conduit.Conduit.request`."""

        async def send() -> AsyncRequest:
            return self._conduit.request(service, action, payload, **options)

        return Request(wait(self._loop, send()), self._loop)

    def follow(self, request_id: str) -> Request:
        """The same as :meth:`conduit.Conduit.follow`."""

        async def follow() -> AsyncRequest:
            return self._conduit.follow(request_id)

        return Request(wait(self._loop, follow()), self._loop)

    def get(self, request_id: str, *, include: Sequence[str] = ()) -> Body:
        """The same as :meth:`conduit.Conduit.get`."""
        return wait(self._loop, self._conduit.get(request_id, include=include))

    def services(self) -> List[Body]:
        """The same as :meth:`conduit.Conduit.services`."""
        return wait(self._loop, self._conduit.services())

    def close(self) -> None:
        """Ends the connection and its thread; requests go on without it."""
        if self._loop.is_closed():
            return
        wait(self._loop, self._conduit.close())
        _stop(self._loop, self._thread)

    def __enter__(self) -> Conduit:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], raised: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        self.close()


def connect(
    url: Optional[str] = None,
    *,
    token: Optional[Token] = None,
    name: Optional[str] = None,
    patience_ms: float = client.PATIENCE_MS,
) -> Conduit:
    """Connects to a hub; blocks until it has answered. Parameters and errors are those of :func:`conduit.connect`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="conduit", daemon=True)
    thread.start()

    async def opened() -> client.Conduit:
        return await client.connect(url, token=token, name=name, patience_ms=patience_ms)

    try:
        return Conduit(wait(loop, opened()), loop, thread)
    except BaseException:
        _stop(loop, thread)
        raise


def wait(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Value], timeout_ms: Optional[float] = None
) -> Value:
    """Runs ``coroutine`` on ``loop``, which another thread runs, and blocks until it has ended."""
    if loop.is_closed():
        coroutine.close()
        raise ConduitError("closed", "the connection was closed")
    future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    try:
        return future.result(None if timeout_ms is None else timeout_ms / 1_000)
    except concurrent.futures.CancelledError:
        raise ConduitError("closed", "the connection was closed") from None
    except concurrent.futures.TimeoutError:
        if future.done():
            raise
        raise ConduitError("timeout", f"nothing came in {timeout_ms:.0f} ms; the request itself goes on") from None
    finally:
        # Whoever stopped waiting, by Ctrl-C too, leaves nothing behind that waits.
        future.cancel()


async def _next(events: Any) -> Optional[Event]:
    try:
        event: Event = await events.__anext__()
        return event
    except StopAsyncIteration:
        return None


async def _closed(events: Any) -> None:
    closing: Awaitable[None] = events.aclose()
    await closing


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
