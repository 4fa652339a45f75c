"""What a handler is given beside its payload: who asks, whether to stop, and everything it can say while it works."""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from .errors import Body, error_to_wire
from .held import Held
from .plain import Request as PlainRequest
from .request import Request, Requests

#: A step: its id, or ``{"task_id": …, "title": …, "weight": …, "parent_id": …}``.
TaskLike = Union[str, Mapping[str, Any]]
_UNSAID: Any = object()


class Task:
    """One step of the work. Made by ``ctx.task(id)``; may be used from any thread."""

    def __init__(self, held: Held, task_id: str) -> None:
        self._held = held
        self.task_id = task_id

    def progress(
        self,
        progress: Optional[float] = None,
        message: Optional[str] = None,
        *,
        current: Optional[float] = None,
        total: Optional[float] = None,
        unit: Optional[str] = None,
    ) -> None:
        """How far it is; the latest counts, so say it as often as you like. A lower fraction than before is not shown.

        :param progress: 0 to 1; None while that can't be told, or where ``current`` and ``total`` say it.
        :param message: one sentence for people, at most 1,024 characters.
        :raises Cancelled: once the work is to stop.
        """
        fields = progress_fields(self.task_id, progress, message, {"current": current, "total": total, "unit": unit})
        self._held.here(lambda: self._held.progress(self.task_id, fields))

    def done(self, result: Any = _UNSAID) -> None:
        """It is done.

        :param result: its own: any JSON, with bytes anywhere in it. One that is too large becomes the step's error.
        """
        fields = {} if result is _UNSAID else {"result": result}
        self._held.here(lambda: self._held.task_result(self.task_id, fields))

    def skip(self) -> None:
        """It was not needed."""
        self._held.here(lambda: self._held.task_result(self.task_id, {"skipped": True}))

    def fail(self, error: Union[str, BaseException]) -> None:
        """It failed; the request goes on, unless the handler ends it."""
        said = error_to_wire(error) if isinstance(error, BaseException) else {"code": "task_failed", "message": error}
        fields = {"task_id": self.task_id, "error": {"code": said["code"], "message": said["message"]}}
        self._held.here(lambda: self._held.say("task_error", fields))


class _About:
    """What both kinds of context have."""

    def __init__(self, held: Held, handed: Body, requests: Requests) -> None:
        self._held = held
        self._requests = requests
        self._tasks: Dict[str, Task] = {}
        self.request_id = held.request_id
        self.service = str(handed.get("service", ""))
        self.action = str(handed.get("action", ""))
        #: 1 for the first hand-over; a higher one starts over.
        self.attempt = held.attempt
        #: When the hub will stop it, as ISO 8601.
        self.deadline_at: Optional[str] = handed.get("deadline_at")
        #: ``name`` and ``subject`` of whoever asks, where they have one.
        self.requester: Mapping[str, str] = handed.get("requester") or {}
        self.tags: List[str] = list(handed.get("tags") or [])
        self.trace: Mapping[str, str] = handed.get("trace") or {}

    def task(self, task_id: str, title: Optional[str] = None, *, weight: Optional[float] = None) -> Task:
        """One step of the work, declared at its first use.

        :param task_id: 1 to 128 letters, digits or ``. _ : / -``.
        :param weight: its part of the whole; 1 by default.
        """
        known = self._tasks.get(task_id)
        if known is not None and title is None and weight is None:
            return known
        said = {"task_id": task_id, "title": title, "weight": weight}
        self.tasks([{name: value for name, value in said.items() if value is not None}])
        return self._tasks[task_id]

    def tasks(self, tasks: Sequence[TaskLike]) -> None:
        """Declares steps beforehand, so that whoever looks sees what is to come."""
        declared = [task_fields(task) for task in tasks]
        self._held.here(lambda: self._held.say("tasks", {"tasks": declared}))
        for fields in declared:
            self._tasks.setdefault(fields["task_id"], Task(self._held, fields["task_id"]))

    def progress(self, progress: Optional[float] = None, message: Optional[str] = None) -> None:
        """How far the whole is, where it has no steps: 0 to 1, or None while that can't be told."""
        fields = progress_fields("main", progress, message, {})
        self._held.here(lambda: self._held.progress("main", fields))

    def _say_chunk(self, data: Any, stream: Optional[str], mode: Optional[str], task_id: Optional[str]) -> None:
        usual_stream, usual_mode = _usual(data)
        fields: Body = {"stream": stream or usual_stream, "mode": mode or usual_mode, "data": data}
        if task_id is not None:
            fields["task_id"] = task_id
        self._held.say("chunk", fields)

    def _child(
        self, service: str, action: str, payload: Any, task_id: Optional[str], options: Mapping[str, Any]
    ) -> Request:
        self._held.check()
        parent = {"request_id": self.request_id}
        if task_id is not None:
            parent["task_id"] = task_id
        return self._requests.send(service, action, payload, {"trace": self.trace or None, **options}, parent)


class Context(_About):
    """Beside the payload of an ``async def`` handler.

    When the request is cancelled, out of time or somebody else's, the handler's task is cancelled as asyncio does it; what it still says
    raises :class:`Cancelled`.
    """

    def __init__(self, held: Held, handed: Body, requests: Requests) -> None:
        super().__init__(held, handed, requests)
        #: What an async generator gives in the end: it can't return a value.
        self.result: Any = None

    @property
    def cancelled(self) -> bool:
        """Whether the work is to stop."""
        return self._held.cancelled.is_set()

    async def chunk(
        self, data: Any, *, stream: Optional[str] = None, mode: Optional[str] = None, task_id: Optional[str] = None
    ) -> None:
        """Streams a piece of output: it arrives in order and never gets lost. Waits while too much is on its way.

        :param data: any JSON, or bytes.
        :param stream: one for each kind of output; ``text`` for texts, ``bytes`` for bytes, ``items`` for anything else.
        :param mode: ``append`` (texts and bytes), ``items`` (anything else), or ``replace``: the latest stands for all.
        :param task_id: the step that it comes from.
        :raises Cancelled: once the work is to stop.
        """
        self._say_chunk(data, stream, mode, task_id)
        await self._held.room()

    def request(
        self, service: str, action: str, payload: Any = None, *, task_id: Optional[str] = None, **options: Any
    ) -> Request:
        """A request of its own as part of this one: the same trace, the remaining time, cancelled together.

        :param task_id: the step that it is sent for.
        :param options: those of :meth:`conduit.Conduit.request`.
        """
        return self._child(service, action, payload, task_id, options)


class BlockingContext(_About):
    """Beside the payload of a plain ``def`` handler, which runs in a thread of its own.

    Nothing can stop a thread from outside: look at ``cancelled`` in long loops, or say something now and then; it raises
    :class:`Cancelled` once the work is to stop.
    """

    @property
    def cancelled(self) -> threading.Event:
        """A ``threading.Event``: ``ctx.cancelled.is_set()``, ``ctx.cancelled.wait(seconds)``."""
        return self._held.cancelled

    def chunk(
        self, data: Any, *, stream: Optional[str] = None, mode: Optional[str] = None, task_id: Optional[str] = None
    ) -> None:
        """The same as :meth:`Context.chunk`; it blocks while too much is on its way."""
        self._held.here(lambda: self._say_chunk(data, stream, mode, task_id))
        if not self._held.has_room:
            self._held.wait(self._held.room())

    def request(
        self, service: str, action: str, payload: Any = None, *, task_id: Optional[str] = None, **options: Any
    ) -> PlainRequest:
        """The same as :meth:`Context.request`, of the plain kind: ``.result()`` waits for it, a loop gives its events."""
        child: Callable[[], Request] = lambda: self._child(service, action, payload, task_id, options)
        return PlainRequest(self._held.here(child), self._held.loop)


def task_fields(task: TaskLike) -> Body:
    return {"task_id": task} if isinstance(task, str) else dict(task)


def progress_fields(
    task_id: str, progress: Optional[float], message: Optional[str], amount: Mapping[str, Any]
) -> Body:
    fields: Body = {"task_id": task_id, **{name: value for name, value in amount.items() if value is not None}}
    if progress is not None or "current" not in fields:
        fields["progress"] = None if progress is None else min(max(float(progress), 0.0), 1.0)
    if message is not None:
        fields["message"] = message[:1_024]
    return fields


def _usual(data: Any) -> Tuple[str, str]:
    if isinstance(data, str):
        return "text", "append"
    return ("bytes", "append") if isinstance(data, (bytes, bytearray, memoryview)) else ("items", "items")
