"""Runs a handler: on the loop, or in a thread of its own; what it yields is streamed, what it returns or raises is the end."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import logging
import threading
from typing import Any, Callable, Dict

from .context import BlockingContext, Context
from .errors import Body, ConduitError, error_to_wire
from .held import Held
from .request import Requests

Handler = Callable[..., Any]

_log = logging.getLogger("conduit")


async def work(handler: Handler, held: Held, handed: Body, requests: Requests) -> None:
    """Returns when the handler has ended, however."""
    try:
        made = await (_on_loop if is_asynchronous(handler) else _in_thread)(handler, held, handed, requests)
        held.finish("result", {} if made is None else {"result": made})
    except asyncio.CancelledError:
        if held.stopped_by is None:
            held.finish("error", {"error": error_to_wire(ConduitError("provider_error", "the worker was closed"))})
            raise
        held.finish("error", {"error": error_to_wire(held.stopped_by)})
    except BaseException as error:
        if held.stopped_by is not None:
            return held.finish("error", {"error": error_to_wire(held.stopped_by)})
        if not isinstance(error, ConduitError):
            _log.error("%s: request %s failed", handed.get("service"), held.request_id, exc_info=error)
        held.finish("error", {"error": error_to_wire(error)})


def is_asynchronous(handler: Handler) -> bool:
    """Whether it runs on the event loop; whatever else runs in a thread."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    called: Any = handler
    if not inspect.isroutine(handler):
        called = getattr(handler, "__call__", handler)
    return inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)


def parameters_of(handler: Handler) -> int:
    """How many it wants of payload and context: 0, 1 or 2."""
    parameters = inspect.signature(handler).parameters.values()
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return 2
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return min(2, sum(1 for one in parameters if one.kind in positional))


async def _on_loop(handler: Handler, held: Held, handed: Body, requests: Requests) -> Any:
    context = Context(held, handed, requests)
    returned = handler(*(handed.get("payload"), context)[: parameters_of(handler)])
    if not inspect.isasyncgen(returned):
        return await returned
    try:
        async for value in returned:
            await context.chunk(value)
    finally:
        await returned.aclose()
    return context.result


async def _in_thread(handler: Handler, held: Held, handed: Body, requests: Requests) -> Any:
    context = BlockingContext(held, handed, requests)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Any] = loop.create_future()

    def run() -> None:
        outcome: Dict[str, Any] = {}
        try:
            returned = handler(*(handed.get("payload"), context)[: parameters_of(handler)])
            outcome["value"] = _streamed(returned, context) if inspect.isgenerator(returned) else returned
        except BaseException as error:
            # A StopIteration can't be raised into a future.
            outcome["error"] = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error
        try:
            loop.call_soon_threadsafe(_settle, ended, outcome)
        except RuntimeError:
            _log.info("request %s ended after this worker had left", held.request_id)

    # Not a pool's thread: those are waited for when the process ends, and a drain waits only so long.
    variables = contextvars.copy_context()
    threading.Thread(target=variables.run, args=(run,), name=f"conduit {held.request_id}", daemon=True).start()
    return await ended


def _streamed(generator: Any, context: BlockingContext) -> Any:
    """Hands each value on as a chunk, no faster than they are taken, and gives what the generator returns."""
    try:
        while True:
            context.chunk(next(generator))
    except StopIteration as end:
        return end.value
    finally:
        generator.close()


def _settle(ended: asyncio.Future[Any], outcome: Dict[str, Any]) -> None:
    if ended.done():
        return
    if "error" in outcome:
        ended.set_exception(outcome["error"])
    else:
        ended.set_result(outcome["value"])
