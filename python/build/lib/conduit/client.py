"""The client side for asyncio: one connection to a hub, and everything that can be asked over it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Dict, Generator, List, Mapping, Optional, Sequence, Type

from .connection import Connection, Token
from .errors import Body
from .request import Request, Requests

#: How long the first answer of a hub may take, milliseconds.
PATIENCE_MS = 10_000


class Conduit:
    """A connection to a hub, for sending requests. Made by :func:`connect`.

    It reconnects by itself for as long as it is open; what was sent meanwhile is sent then.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._requests = Requests(connection)

    @property
    def url(self) -> str:
        """Where the hub is."""
        return self._connection.url

    @property
    def is_connected(self) -> bool:
        return self._connection.is_up

    def request(
        self,
        service: str,
        action: str,
        payload: Any = None,
        *,
        timeout_ms: Optional[int] = None,
        start_timeout_ms: Optional[int] = None,
        max_attempts: Optional[int] = None,
        priority: Optional[int] = None,
        tags: Optional[Sequence[str]] = None,
        trace: Optional[Mapping[str, str]] = None,
        request_id: Optional[str] = None,
        on_requester_gone: Optional[str] = None,
    ) -> Request:
        """Sends a request to a service by its name; whoever provides it is the hub's to choose.

        It has an id from the start, so it is sent again after a cut and never runs twice because of that::

            request = hub.request("images", "resize", {"url": "https://example.com/a.png", "width": 200})
            async for event in request:
                print(event.type, event.overall)
            result = await request

        :param payload: any JSON, with bytes anywhere in it: at most 1 MiB and 10 binary parts where the hub says no other.
        :param timeout_ms: how long it may run once it is assigned: 1 to 604,800,000; by default the action's own, otherwise 1 h.
        :param start_timeout_ms: how long it may wait until work begins; 60 s by default. Said, it also waits for a service that
            nobody offers yet.
        :param max_attempts: how many attempts that began may be lost before it fails with ``provider_lost``: 1 to 100, 3 by default.
        :param priority: −10 to 10: each step counts as having come 10 s earlier.
        :param tags: at most 16 words to find it by.
        :param trace: carried to the provider and its own requests: W3C ``traceparent`` and the like.
        :param request_id: a UUID or ULID of your own: the same id with the same body finds the request that exists.
        :param on_requester_gone: ``cancel``: it ends 30 s after this session went, instead of going on.
        :raises TypeError: for a payload that is neither JSON nor bytes.
        :raises ConduitError: ``payload_too_large``. Everything else is told to whoever awaits it or loops over it.
        """
        options: Dict[str, Any] = {
            "timeout_ms": timeout_ms,
            "start_timeout_ms": start_timeout_ms,
            "max_attempts": max_attempts,
            "priority": priority,
            "tags": None if tags is None else list(tags),
            "trace": trace,
            "request_id": request_id,
            "on_requester_gone": on_requester_gone,
        }
        return self._requests.send(service, action, payload, options)

    def follow(self, request_id: str) -> Request:
        """Follows a request that was sent earlier, by another process or on another day: from its first event on, then live."""
        return self._requests.follow(request_id)

    async def get(self, request_id: str, *, include: Sequence[str] = ()) -> Body:
        """A request as it stands: the object of the protocol's section 7.

        :param include: of ``payload``, ``result``, ``streams``: what is left out otherwise, because it can be large.
        :raises ConduitError: ``request_not_found``, also for one that this session may not see; ``closed``.
        """
        body: Body = {"request_id": request_id, "include": list(include)}
        answer = await self._connection.ask("get", lambda: body)
        request: Body = answer["request"]
        return request

    async def services(self) -> List[Body]:
        """The services that this session may see, with who provides them. :raises ConduitError: ``closed``."""
        answer = await self._connection.ask("services", dict)
        services: List[Body] = answer["services"]
        return services

    async def close(self) -> None:
        """Ends the connection for good; requests go on without it. Whoever still waits is told ``closed``."""
        await self._connection.close()


class Connecting:
    """``await`` it, or enter it with ``async with``."""

    def __init__(self, connection: Connection, patience_ms: float) -> None:
        self._connection = connection
        self._patience_ms = patience_ms

    def __await__(self) -> Generator[Any, None, Conduit]:
        return self._open().__await__()

    async def __aenter__(self) -> Conduit:
        return await self._open()

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], raised: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        await self._connection.close()

    async def _open(self) -> Conduit:
        # Before it opens: nothing that the hub says is missed.
        conduit = Conduit(self._connection)
        await self._connection.open(self._patience_ms)
        return conduit


def connect(
    url: Optional[str] = None,
    *,
    token: Optional[Token] = None,
    name: Optional[str] = None,
    patience_ms: float = PATIENCE_MS,
) -> Connecting:
    """Connects to a hub::

        async with conduit.connect("http://127.0.0.1:9100") as hub:
            print(await hub.request("greeter", "greet", {"name": "Ada"}))

    :param url: where the hub is; left out, ``CONDUIT_URL``, otherwise ``http://127.0.0.1:9100``.
    :param token: who this is: a text, or a function that is called for each connection; left out, ``CONDUIT_TOKEN``.
    :param name: what people see of this session: at most 1,024 characters.
    :param patience_ms: how long the first answer may take; 10 s by default. Later ones have all the time there is.
    :raises ValueError: when ``url`` is no address of a hub.
    :raises ConduitError: ``unreachable``, or what the hub refuses: ``unauthenticated``, ``forbidden``.
    """
    return Connecting(Connection(url, token, name), patience_ms)
