"""What a worker is written with: a service, its actions, and how they are served."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import uuid
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, TypeVar, Union, overload

from .connection import Connection, Token
from .context import TaskLike, task_fields
from .errors import NAME, Body, ConduitError
from .handlers import Handler, is_asynchronous
from .provider import Provider
from .serving import ServiceThread, Serving, drain_on_signals

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

#: Plain handlers cost a thread each, and mostly a core: more at once would only wait for each other.
BLOCKING_CAPACITY = 8
#: What supervisors usually grant a process that is to stop is 30 s.
DRAIN_TIMEOUT_MS = 25_000

_log = logging.getLogger("conduit")


class Service:
    """A service that this process offers::

        llm = Service("llm")

        @llm.action
        def chat(payload, ctx):
            for word in payload["prompt"].split():
                yield word + " "
            return {"model": "echo"}

        llm.run()

    Any number of processes may offer the same name: the hub hands them requests in turn.

    :param name: what requests are sent to: 1 to 128 letters, digits or ``. _ : / -``.
    :param hub: where the hub is; left out, ``CONDUIT_URL``, otherwise ``http://127.0.0.1:9100``. A hub that comes later is waited for.
    :param token: who this is: a text, or a function that is called for each connection; left out, ``CONDUIT_TOKEN``.
    :param capacity: how many requests it works on at once: 1 to 10,000. Left out, 8 where a handler is plain, otherwise the hub's 1,000.
    :param instance_id: stable across restarts of one process, it keeps what the process held; left out, across reconnects only.
    :param metadata: what people who look at the worker are shown: an object of JSON, at most 16 KiB.
    :param drain_timeout_ms: how long SIGTERM waits for what is held; 25 s by default.
    :raises ValueError: when ``name`` can't be one.
    """

    def __init__(
        self,
        name: str,
        *,
        hub: Optional[str] = None,
        token: Optional[Token] = None,
        capacity: Optional[int] = None,
        instance_id: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        drain_timeout_ms: float = DRAIN_TIMEOUT_MS,
    ) -> None:
        self.name = _named(name, "a service")
        self._hub = hub
        self._token = token
        self._capacity = capacity
        self._instance_id = instance_id or str(uuid.uuid4())
        self._metadata = metadata
        self._drain_timeout_ms = drain_timeout_ms
        self._handlers: Dict[str, Handler] = {}
        self._actions: List[Body] = []
        self._otherwise: Optional[Handler] = None

    @overload
    def action(self, name: Decorated) -> Decorated: ...

    @overload
    def action(
        self,
        name: Optional[str] = None,
        *,
        description: Optional[str] = None,
        input: Optional[Mapping[str, Any]] = None,
        output: Optional[Mapping[str, Any]] = None,
        tasks: Sequence[TaskLike] = (),
        idempotent: Optional[bool] = None,
        timeout_ms: Optional[int] = None,
    ) -> Callable[[Decorated], Decorated]: ...

    def action(
        self,
        name: Union[Callable[..., Any], Optional[str]] = None,
        *,
        description: Optional[str] = None,
        input: Optional[Mapping[str, Any]] = None,
        output: Optional[Mapping[str, Any]] = None,
        tasks: Sequence[TaskLike] = (),
        idempotent: Optional[bool] = None,
        timeout_ms: Optional[int] = None,
    ) -> Any:
        """Makes a function the handler of an action, ``handler(payload, ctx)``; it may leave out ``ctx``, or both.

        An ``async def`` runs on the event loop. A plain ``def`` runs in a thread of its own, so it may block as long as it likes. What it
        returns is the result; what a generator yields is streamed as chunks; what it raises ends the request as an error.

        :param name: 1 to 128 letters, digits or ``. _ : / -``; left out, the function's.
        :param description: one sentence for people; left out, the first line of the function's docstring.
        :param input: a JSON Schema: the hub refuses a payload that does not fit before it gets here.
        :param output: a JSON Schema of the result, for people and tools.
        :param tasks: the steps that each request will have: ids, or ``{"task_id": …, "title": …, "weight": …}``.
        :param idempotent: False for work that must not run twice: then it fails instead, when this process is lost.
        :param timeout_ms: how long a request may run where it does not say itself: 1 to 604,800,000; 1 h by default.
        :raises ValueError: when ``name`` can't be one, or has a handler already.
        """

        def decorate(handler: Decorated) -> Decorated:
            named = _named(name if isinstance(name, str) else getattr(handler, "__name__", ""), "an action")
            if named in self._handlers:
                raise ValueError(f'"{self.name}" has a handler of "{named}" already')
            described = description or (handler.__doc__ or "").strip().split("\n")[0] or None
            said = {
                "name": named,
                "description": described,
                "input": input,
                "output": output,
                "tasks": [task_fields(task) for task in tasks] or None,
                "idempotent": idempotent,
                "timeout_ms": timeout_ms,
            }
            self._actions.append({key: value for key, value in said.items() if value is not None})
            self._handlers[named] = handler
            return handler

        return decorate(name) if callable(name) else decorate

    def any_action(self, handler: Decorated) -> Decorated:
        """Makes a function the handler of whatever action has none of its own; ``ctx.action`` says which.

        The hub is told no actions then, and hands over every request.
        """
        self._otherwise = handler
        return handler

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, then finishes what it holds and returns. The last line of a worker.

        A second signal ends the process at once. Sentences about the connection go to the log ``conduit``: to standard error, where the
        program has set up no logging.

        :raises SystemExit: with one sentence, when the hub refuses this worker.
        """
        if not logging.getLogger().handlers:
            logging.basicConfig(level=logging.INFO, format="%(message)s")
        try:
            asyncio.run(self.serve(handles_signals=True))
        except ConduitError as error:
            raise SystemExit(f'the hub refuses this worker of "{self.name}": {error}') from None

    async def serve(self, *, handles_signals: bool = False) -> None:
        """Serves until it is cancelled; for programs that run an event loop of their own.

        :param handles_signals: drains on SIGTERM and SIGINT, then returns.
        :raises ConduitError: what the hub refuses: ``unauthenticated``, ``forbidden``, ``invalid_message`` for a schema it can't take.
        """
        serving = await self._start()
        try:
            if handles_signals and threading.current_thread() is threading.main_thread():
                drain_on_signals(serving)
            await serving.provider.registered()
            _log.info("%s serves %s", self.name, serving.connection.url)
            await asyncio.shield(serving.provider.left)
        except ConduitError as error:
            if error.code != "cancelled":
                raise
        finally:
            await serving.connection.close()

    def start(self) -> ServiceThread:
        """Serves in a thread of its own; returns once the hub knows it. For programs that do something else, such as a web server.

        :raises ConduitError: what the hub refuses.
        """
        return ServiceThread(self.name, self._start)

    async def _start(self) -> Serving:
        connection = Connection(self._hub, self._token, f"{self.name} worker {os.getpid()}")
        provider = Provider(connection, self._registration(), self._handler_of)
        serving = Serving(connection, provider, self._drain_timeout_ms)
        serving.open()
        return serving

    def _handler_of(self, action: str) -> Optional[Handler]:
        return self._handlers.get(action, self._otherwise)

    def _registration(self) -> Body:
        handlers = [*self._handlers.values(), *([] if self._otherwise is None else [self._otherwise])]
        if not handlers:
            raise ValueError(f'"{self.name}" has no action: decorate a function with @service.action')
        registration: Body = {"name": self.name, "instance_id": self._instance_id}
        if self._otherwise is None:
            registration["actions"] = self._actions
        capacity = self._capacity
        if capacity is None and not all(is_asynchronous(handler) for handler in handlers):
            capacity = BLOCKING_CAPACITY
        if capacity is not None:
            registration["capacity"] = capacity
        if self._metadata is not None:
            registration["metadata"] = dict(self._metadata)
        return registration


def _named(name: str, what: str) -> str:
    if NAME.fullmatch(name) is None:
        raise ValueError(f'"{name}" can\'t be the name of {what}: 1 to 128 letters, digits or . _ : / -')
    return name
