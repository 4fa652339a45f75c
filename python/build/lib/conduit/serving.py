"""A service while it is served: on the loop of its program, or in a thread of its own; until it is told to leave."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from types import TracebackType
from typing import Any, Callable, Coroutine, List, Optional, Type

from .connection import Connection
from .errors import ConduitError
from .provider import Provider

_log = logging.getLogger("conduit")


class Serving:
    """Use :meth:`conduit.Service.serve`."""

    def __init__(self, connection: Connection, provider: Provider, drain_timeout_ms: float) -> None:
        self.connection = connection
        self.provider = provider
        self._drain_timeout_ms = drain_timeout_ms
        self._tasks: List[asyncio.Task[None]] = []

    def open(self) -> None:
        self._tasks.append(asyncio.create_task(self._open()))

    def drain(self) -> None:
        self._tasks.append(asyncio.create_task(self.provider.drain(self._drain_timeout_ms)))

    async def _open(self) -> None:
        try:
            await self.connection.open(None)
        except ConduitError:
            # `registered` says it.
            pass


class ServiceThread:
    """A service that runs in a thread of its own. Made by :meth:`Service.start`; leave it with ``with``, or ``drain()``."""

    def __init__(self, name: str, start: Callable[[], Coroutine[Any, Any, Serving]]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"conduit {name}", daemon=True)
        self._thread.start()
        try:
            self._serving: Serving = self._wait(start())
            self._wait(self._serving.provider.registered())
        except BaseException:
            self._end()
            raise

    def drain(self) -> None:
        """Takes nothing new, finishes what it holds, and leaves. Blocks until then."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._serving.drain)
        self._wait(self._left())
        self._end()

    def __enter__(self) -> ServiceThread:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], raised: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        self.drain()

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _left(self) -> None:
        await asyncio.shield(self._serving.provider.left)
        await self._serving.connection.close()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def drain_on_signals(serving: Serving) -> None:
    loop = asyncio.get_running_loop()

    def told(number: int, _frame: Any = None) -> None:
        for one in (signal.SIGTERM, signal.SIGINT):
            # A second one ends the process at once.
            signal.signal(one, signal.SIG_DFL)
        loop.call_soon_threadsafe(begin, number)

    def begin(number: int) -> None:
        _log.info("%s: finishing what is held", signal.Signals(number).name)
        serving.drain()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, told)
