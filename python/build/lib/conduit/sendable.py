"""What may be sent: a copy of it as JSON and bytes, and what it weighs. Refused here, it never costs the connection."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, List, Mapping, Tuple

from .errors import Body, ConduitError


@dataclass(frozen=True)
class Limits:
    """What the hub takes in one message; these are its defaults, and ``register`` tells its own."""

    max_message_bytes: int = 1024 * 1024
    max_depth: int = 64
    max_values: int = 100_000
    max_attachments: int = 10

    @staticmethod
    def from_wire(said: Any) -> Limits:
        fields: Mapping[str, Any] = said if isinstance(said, dict) else {}
        names = Limits.__dataclass_fields__
        return Limits(**{name: fields[name] for name in names if isinstance(fields.get(name), int)})


def sendable(message: Body, limits: Limits) -> Tuple[Body, int]:
    """A copy that nobody changes while it waits, and its weight in bytes.

    :raises TypeError: for what JSON has no word for, saying where it is.
    :raises ConduitError: ``payload_too_large``, its details naming the limit.
    """
    scale = _Scale(limits)
    copy = scale.copy(message, 1, [])
    if not isinstance(copy, dict):
        raise TypeError("a message is an object")
    return copy, scale.weight


def weight(value: Any) -> int:
    """About what a received value holds in memory, bytes."""
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + 16 + weight(one) for key, one in value.items())
    if isinstance(value, list):
        return sum(8 + weight(one) for one in value)
    return 8


class _Scale:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.weight = 0
        self.values = 0
        self.attachments = 0

    def copy(self, value: Any, depth: int, path: List[str]) -> Any:
        self.values += 1
        if self.values > self.limits.max_values:
            raise _too_large("max_values", self.limits.max_values, "values")
        if value is None or value is True or value is False:
            return self.add(4, value)
        if isinstance(value, str):
            return self.add(2 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))), value)
        if isinstance(value, int):
            return self.add(10, value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise TypeError(f"{_place(path)} is {value}, which JSON has no word for: send None instead")
            return self.add(10, value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            self.attachments += 1
            if self.attachments > self.limits.max_attachments:
                raise _too_large("max_attachments", self.limits.max_attachments, "binary parts")
            return self.add(2 + len(value), bytes(value))
        if depth > self.limits.max_depth:
            raise _too_large("max_depth", self.limits.max_depth, "levels of nesting")
        if isinstance(value, Mapping):
            return self.members(value, depth, path)
        if isinstance(value, (list, tuple)):
            self.add(2, None)
            return [self.copy(one, depth + 1, path + [f"[{at}]"]) for at, one in enumerate(value)]
        raise TypeError(f"{_place(path)} is a {type(value).__name__}, which is neither JSON nor bytes")

    def members(self, value: Mapping[Any, Any], depth: int, path: List[str]) -> Body:
        self.add(2, None)
        copied: Body = {}
        for key, one in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{_place(path)} has the key {key!r}, and in JSON keys are texts")
            self.add(4 + len(key), None)
            copied[key] = self.copy(one, depth + 1, path + [f".{key}"])
        return copied

    def add(self, more: int, value: Any) -> Any:
        self.weight += more
        if self.weight > self.limits.max_message_bytes:
            raise _too_large("max_message_bytes", self.limits.max_message_bytes, "bytes")
        return value


def _place(path: List[str]) -> str:
    return "".join(path).lstrip(".") or "the message"


def _too_large(limit: str, most: int, unit: str) -> ConduitError:
    return ConduitError(
        "payload_too_large", f"a message may have at most {most:,} {unit}", details={"limit": limit, "max": most}
    )
