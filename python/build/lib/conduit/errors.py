"""One error for everything that Conduit refuses or ends, told apart by its code; and how an exception becomes such an error."""

from __future__ import annotations

import re
from typing import Any, Dict, Mapping, Optional

Body = Dict[str, Any]

#: What services, actions, tasks, streams and codes may be called.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
#: Messages, titles and reasons are cut to this many characters: the hub takes no more.
MOST_TEXT = 1_024


class ConduitError(Exception):
    """What the hub refused, or how a request ended.

    Compare ``code``: one of the protocol's (``docs/protocol.md``, section 9), a service's own, or one that only this package says:
    ``closed`` (the connection was closed here), ``unreachable`` (no hub answered), ``timeout`` (a wait of yours was over).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        details: Optional[Mapping[str, Any]] = None,
        request_id: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        #: Whether sending the same again can help.
        self.retryable = retryable
        #: More for programs: an object of JSON.
        self.details = details
        #: The request that ended with this error, where there is one.
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"

    def of(self, request_id: str) -> ConduitError:
        """The same error, of this request: a new one, so that whoever raises it adds only their own traceback."""
        return ConduitError(
            self.code, self.message, retryable=self.retryable, details=self.details, request_id=request_id
        )


class Failure(ConduitError):
    """Raised by a handler, it ends the request with a code of the service's own.

    Any other exception ends it as ``provider_error`` with the exception's text, and is logged::

        raise Failure("page_not_found", f"there is nothing at {url}")

    :param code: 1 to 128 letters, digits or ``. _ : / -``.
    :param message: what failed, and what to do now; what is longer than 1,024 characters is cut.
    :param retryable: whether sending the same again can help.
    :param details: more for programs: an object of JSON.
    :raises ValueError: when ``code`` can't be one.
    """

    def __init__(
        self, code: str, message: str, *, retryable: bool = False, details: Optional[Mapping[str, Any]] = None
    ) -> None:
        if NAME.fullmatch(code) is None:
            raise ValueError(f'"{code}" can\'t be the code of an error: write it like page_not_found')
        super().__init__(code, message, retryable=retryable, details=details)


class Cancelled(ConduitError):
    """The request was cancelled, ran out of time, or is somebody else's by now: stop. Let it pass through your handler."""

    def __init__(self, reason: str) -> None:
        super().__init__("cancelled", f"the request was cancelled: {reason}", details={"reason": reason})


def error_from_wire(said: Any, request_id: Optional[str] = None) -> ConduitError:
    """The error of an answer or of an ``error`` event."""
    fields: Mapping[str, Any] = said if isinstance(said, dict) else {}
    return ConduitError(
        str(fields.get("code", "internal")),
        str(fields.get("message", "the hub gave no reason")),
        retryable=fields.get("retryable") is True,
        details=fields.get("details"),
        request_id=request_id,
    )


def error_to_wire(raised: BaseException) -> Body:
    """What the requester is told of an exception: a known error as it is, anything else by its text."""
    if isinstance(raised, ConduitError):
        error: Body = {"code": raised.code, "message": raised.message[:MOST_TEXT], "retryable": raised.retryable}
        if raised.details is not None:
            error["details"] = dict(raised.details)
        return error
    text = str(raised)
    message = f"{type(raised).__name__}: {text}" if text else f"{type(raised).__name__}, without a word why"
    return {"code": "provider_error", "message": message[:MOST_TEXT], "retryable": False}
