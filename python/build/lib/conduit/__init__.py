"""Conduit in Python: offer a service with :class:`Service`, call one with :func:`connect`; without asyncio with :mod:`conduit.plain`."""

from .client import Conduit, connect
from .context import BlockingContext, Context, Task
from .errors import Cancelled, ConduitError, Failure
from .events import Event
from .request import Request
from .service import Service
from .serving import ServiceThread

__all__ = [
    "BlockingContext",
    "Cancelled",
    "Conduit",
    "ConduitError",
    "Context",
    "Event",
    "Failure",
    "Request",
    "Service",
    "ServiceThread",
    "Task",
    "connect",
]
