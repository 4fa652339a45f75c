"""What happens to a request, as whoever follows it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional

from .errors import Body, ConduitError, error_from_wire

#: The events of a request, by their names on the wire.
NAMES = (
    "status",
    "tasks",
    "chunk",
    "task_result",
    "task_error",
    "result",
    "error",
    "progress",
    "running",
    "waiting",
    "stalled",
)
_LIVE = ("progress", "running", "waiting", "stalled")


@dataclass(frozen=True)
class Event:
    """One event of a request; which fields are said depends on ``type``, the others are None.

    ========================  =====================================================================================
    ``type``                  what it says
    ========================  =====================================================================================
    ``status``                ``state`` and ``reason``: assigned, queued and why, cancelling
    ``tasks``                 ``tasks``: the full list of steps
    ``progress``              ``task_id``, ``progress`` (0 to 1, or None), ``current``, ``total``, ``unit``, ``message``
    ``chunk``                 ``stream``, ``index``, ``mode``, ``data``, ``task_id``
    ``task_result``           ``task_id``, ``result``, ``skipped``
    ``task_error``            ``task_id``, ``error``
    ``running``               the provider has begun
    ``waiting``, ``stalled``  ``reason`` and ``position``; ``silent_ms``
    ``snapshot``              ``request``: the request as it stands, where its events are no longer to be had; ``gap``, ``reset``
    ``result``                ``result``: the end
    ``error``                 ``error``, ``state``: the end
    ========================  =====================================================================================
    """

    type: str
    request_id: str
    #: Counts a request's numbered events from 1; live ones (progress, running, waiting, stalled) have that of the one before.
    seq: int
    #: 0 before the first hand-over. A higher one than before starts over: steps, streams and progress are new.
    attempt: int
    #: How far the whole is, 0 to 1.
    overall: float
    at: Optional[str] = None
    state: Optional[str] = None
    reason: Optional[str] = None
    position: Optional[int] = None
    provider: Optional[Mapping[str, Any]] = None
    tasks: Optional[List[Dict[str, Any]]] = None
    task_id: Optional[str] = None
    progress: Optional[float] = None
    current: Optional[float] = None
    total: Optional[float] = None
    unit: Optional[str] = None
    message: Optional[str] = None
    stream: Optional[str] = None
    index: Optional[int] = None
    mode: Optional[str] = None
    data: Any = None
    result: Any = None
    skipped: Optional[bool] = None
    error: Optional[ConduitError] = None
    silent_ms: Optional[int] = None
    timings: Optional[Mapping[str, int]] = None
    request: Optional[Mapping[str, Any]] = None
    #: The snapshot stands for events that were let go because the request streamed more than the hub keeps.
    gap: bool = False
    #: The hub's numbers begin anew: forget what came before.
    reset: bool = False
    #: Everything the hub said, under the protocol's names.
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_live(self) -> bool:
        """A value of which only the latest counts; it has no number of its own."""
        return self.type in _LIVE

    @property
    def is_last(self) -> bool:
        return self.type in ("result", "error")


_SAID = frozenset(Event.__dataclass_fields__) - {"type", "error", "raw"}


def event_from_wire(name: str, body: Body) -> Event:
    request_id = str(body.get("request_id", ""))
    fields: Body = {"request_id": request_id, "seq": 0, "attempt": 0, "overall": 0.0}
    fields.update({key: value for key, value in body.items() if key in _SAID})
    if "error" in body:
        fields["error"] = error_from_wire(body["error"], request_id)
    return Event(type=name, raw=body, **fields)
