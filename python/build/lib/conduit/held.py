"""One request that this provider holds, from its handing over to the hub's last word: what its handler says, and how it ends."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import Any, Callable, Coroutine, Optional, TypeVar

from .connection import Connection
from .errors import Body, Cancelled, ConduitError, error_to_wire
from .outbox import Outbox, Said

Value = TypeVar("Value")

#: A thread that waits for a loop looks so often whether there still is one.
LOOK_AGAIN_S = 1.0
#: After these the hub has taken the request from us: there is nobody left to tell.
_LOST = ("not_assigned", "already_finished", "request_not_found")
_UNSAYABLE: Body = {
    "code": "provider_error",
    "message": "the work failed, and its error could not be sent; the log of the worker says more",
    "retryable": False,
}


class Held:
    def __init__(self, connection: Connection, request_id: str, attempt: int, over: Callable[[Held], None]) -> None:
        self.request_id = request_id
        self.attempt = attempt
        #: Set when the work is to stop, whatever thread it runs in.
        self.cancelled = threading.Event()
        #: Why it is to stop; None while it is not.
        self.stopped_by: Optional[ConduitError] = None
        #: What runs an asynchronous handler: cancelled when the work is to stop.
        self.task: Optional[asyncio.Task[Any]] = None
        self._over = over
        self.loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        about = {"request_id": request_id, "attempt": attempt}
        self._outbox = Outbox(connection.tell, connection.weigh, about, self._refused, self._send_end)
        # The end waits until the hub has taken everything before it: what it refuses has to be told first.
        self._end: Optional[Said] = None
        self._has_ended = False
        self._is_over = False

    def here(self, function: Callable[[], Value]) -> Value:
        """Runs ``function`` on the connection's loop, from whatever thread, and gives what it gives."""
        if threading.get_ident() == self._thread:
            return function()
        done: concurrent.futures.Future[Value] = concurrent.futures.Future()

        def run() -> None:
            try:
                done.set_result(function())
            except BaseException as error:
                done.set_exception(error)

        try:
            self.loop.call_soon_threadsafe(run)
        except RuntimeError:
            raise Cancelled("this worker has left") from None
        return self._awaited(done)

    def wait(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        """Blocks this thread, which is not the connection's, until ``coroutine`` has run there."""
        try:
            done = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        except RuntimeError:
            coroutine.close()
            raise Cancelled("this worker has left") from None
        return self._awaited(done)

    def _awaited(self, done: concurrent.futures.Future[Value]) -> Value:
        """What came of it; a loop that was closed meanwhile runs nothing any more."""
        while True:
            try:
                return done.result(LOOK_AGAIN_S)
            except concurrent.futures.CancelledError:
                raise Cancelled("this worker has left") from None
            except concurrent.futures.TimeoutError:
                if done.done():
                    raise
                if self.loop.is_closed():
                    raise Cancelled("this worker has left") from None

    def check(self) -> None:
        """:raises ConduitError: once the work is to stop."""
        if self.stopped_by is not None:
            raise self.stopped_by

    def say(self, name: str, fields: Body) -> None:
        """:raises TypeError: :raises ConduitError: for what can't be sent; as of something missing the caller has to know, it ends it."""
        self.check()
        if self._has_ended:
            return
        try:
            self._outbox.say(name, fields)
        except (TypeError, ConduitError) as error:
            self._end_instead(error_to_wire(error))
            raise

    def progress(self, task_id: str, fields: Body) -> None:
        self.check()
        if not self._has_ended:
            self._outbox.progress(task_id, fields)

    def task_result(self, task_id: str, fields: Body) -> None:
        """One that can't be sent becomes the task's error."""
        self.check()
        if self._has_ended:
            return
        try:
            self._outbox.say("task_result", {"task_id": task_id, **fields})
        except (TypeError, ConduitError) as error:
            self.say("task_error", {"task_id": task_id, "error": error_to_wire(error)})

    @property
    def has_room(self) -> bool:
        return self._outbox.has_room

    async def room(self) -> None:
        await self._outbox.room()
        self.check()

    def finish(self, name: str, fields: Body) -> None:
        """``result``, ``error`` or ``reject``: the first one counts."""
        if self._has_ended:
            return
        self._has_ended = True
        self._end = Said(name, fields, 0)
        if self._outbox.is_empty:
            self._send_end()

    def stop(self, reason: str) -> None:
        """The hub wants it stopped, or has given it to somebody else."""
        self._stop(Cancelled(reason))
        # It is somebody else's by now, or has ended: the hub waits for no answer.
        if reason == "not_assigned":
            self.forget()

    def down(self) -> None:
        self._outbox.down()

    def continue_after(self, last_n: int) -> None:
        """The connection is back, and the hub has our messages up to ``last_n``."""
        for said in self._outbox.continue_after(last_n):
            # Had the hub taken the end, it would not have kept the request for us.
            if said.name in ("result", "error"):
                why = "the hub did not take the result, and the connection was lost before it said why"
                self._refused(ConduitError("provider_error", why), said)

    def forget(self) -> None:
        """It is no longer ours."""
        if self._is_over:
            return
        self._has_ended = True
        self._told()
        self._stop(Cancelled("not_assigned"))

    def _stop(self, error: ConduitError) -> None:
        if self.stopped_by is not None:
            return
        self.stopped_by = error
        self.cancelled.set()
        # One that has just returned has nothing left to stop.
        if self.task is not None and not self.task.done() and not self._has_ended:
            self.task.cancel()

    def _send_end(self) -> None:
        if self._end is None:
            if self._has_ended:
                self._told()
            return
        end, self._end = self._end, None
        try:
            self._outbox.say(end.name, end.body)
        except (TypeError, ConduitError) as error:
            self._end_instead(_UNSAYABLE if end.name == "error" else error_to_wire(error))

    def _end_instead(self, error: Body) -> None:
        """The end could not be said, or was not taken; ``error`` can be."""
        self._has_ended = True
        self._end = Said("error", {"error": error}, 0)
        if self._outbox.is_empty:
            self._send_end()

    def _told(self) -> None:
        """The hub has the end, or wants none."""
        if self._is_over:
            return
        self._is_over = True
        self._outbox.close()
        self._over(self)

    def _refused(self, error: ConduitError, said: Said) -> None:
        if error.code in _LOST or said.name == "reject":
            self.forget()
        elif said.name == "error":
            if said.body.get("error") == _UNSAYABLE:
                self.forget()
            else:
                self._end_instead(_UNSAYABLE)
        elif said.name == "task_result":
            task_error = {"task_id": said.body["task_id"], "error": {"code": error.code, "message": error.message}}
            self._outbox.say("task_error", task_error)
        elif said.name not in ("progress", "task_error"):
            # Of a result, a chunk or a declaration that is missing the requester has to know.
            self._end_instead(error_to_wire(error))
            self._stop(error)
