"""A caller of the scenarios: asks as its arguments say, and prints each event as a line of JSON. `plain` or `asyncio`, as told."""

import asyncio
import json
import sys

import conduit
from conduit import plain


def line(**said):
    def default(value):
        return {"bytes": value.hex()} if isinstance(value, bytes) else {"code": value.code, "message": value.message}

    print(json.dumps(said, default=default), flush=True)


def event_line(event):
    named = ("type", "seq", "attempt", "overall", "state", "task_id", "stream", "index", "data", "result", "error")
    line(**{name: getattr(event, name) for name in named}, gap=event.gap, reset=event.reset)


async def with_asyncio(service, action, payload, options):
    async with conduit.connect(name="a caller") as hub:
        request = hub.follow(options["follow"]) if "follow" in options else hub.request(service, action, payload, **options)
        line(id=request.id)
        async for event in request:
            event_line(event)
        try:
            line(final=await request)
        except conduit.ConduitError as error:
            line(code=error.code, message=error.message, retryable=error.retryable, request_id=error.request_id)


def plainly(service, action, payload, options):
    with plain.connect(name="a caller") as hub:
        request = hub.follow(options["follow"]) if "follow" in options else hub.request(service, action, payload, **options)
        line(id=request.id)
        for event in request:
            event_line(event)
        try:
            line(final=request.result())
        except conduit.ConduitError as error:
            line(code=error.code, message=error.message, retryable=error.retryable, request_id=error.request_id)


flavour, service, action, payload, options = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]
arguments = (service, action, json.loads(payload), json.loads(options))
if flavour == "plain":
    plainly(*arguments)
else:
    asyncio.run(with_asyncio(*arguments))
