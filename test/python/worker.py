"""The worker of the scenarios, on the package: one action for each thing that a worker may do. Told by PYTHONPATH and CONDUIT_URL where."""

import asyncio
import os
import sys
import time

from conduit import Cancelled, Failure, Service

service = Service(
    sys.argv[1],
    capacity=int(os.environ.get("CAPACITY", "4")),
    instance_id=os.environ.get("INSTANCE"),
    drain_timeout_ms=float(os.environ.get("DRAIN_MS", "25000")),
)


def say(*words):
    print(*words, flush=True)


@service.action(
    "paint",
    description="Reads words and paints",
    input={"type": "object", "required": ["words"], "properties": {"words": {"type": "array"}}},
    tasks=[{"task_id": "read", "title": "Reading"}, {"task_id": "paint", "weight": 3}, "varnish", "frame"],
)
async def paint(payload, ctx):
    words = payload["words"]
    read = ctx.task("read")
    for at, word in enumerate(words, 1):
        read.progress(at / len(words), word)
        await ctx.chunk(word + " ")
    read.done({"words": len(words)})
    painting = ctx.task("paint")
    painting.progress(None)
    painting.progress(current=3, total=4, unit="strokes")
    await ctx.chunk(payload["pixels"], stream="pixels", task_id="paint")
    picture = bytes(reversed(payload["pixels"]))
    painting.done(picture)
    ctx.task("varnish").fail("no varnish left")
    ctx.task("frame").skip()
    ctx.task("sign", "Signing", weight=0.5).done()
    return {"picture": picture, "text": " ".join(words)}


@service.action("paint-plainly")
def paint_plainly(payload, ctx):
    """The same in a thread."""
    ctx.tasks(["read", {"task_id": "paint", "weight": 3}])
    for at, word in enumerate(payload["words"], 1):
        ctx.task("read").progress(at / len(payload["words"]))
        ctx.chunk(word + " ")
    ctx.task("read").done({"words": len(payload["words"])})
    ctx.chunk({"stroke": 1})
    ctx.task("paint").done(bytes(reversed(payload["pixels"])))
    return "painted"


@service.action
def count(payload):
    """Yields numbers, and returns how many."""
    for number in range(payload["to"]):
        yield {"number": number}
    return {"count": payload["to"]}


@service.action("count-on-the-loop")
async def count_on_the_loop(payload, ctx):
    for number in range(payload["to"]):
        yield str(number)
    ctx.result = {"count": payload["to"]}


def text_of(number):
    return f"{number}:{'äx' * (number * 7 % 40)} "


def bytes_of(number):
    return bytes(number * at % 256 for at in range(number * 13 % 120))


async def stream(payload, ctx):
    """Text and bytes by two tasks, the same each time; `stream_length` of the test knows them too."""
    ctx.tasks(["text", "bytes"])
    for number in range(payload["chunks"]):
        if number % 3:
            await ctx.chunk(text_of(number), task_id="text")
        else:
            await ctx.chunk(bytes_of(number), task_id="bytes")
        ctx.task("text").progress(number / payload["chunks"])
        if payload.get("pause_s"):
            await asyncio.sleep(payload["pause_s"])
    ctx.task("text").done({"picture": bytes([1, 2, 3])})
    ctx.task("bytes").done()
    return {"chunks": payload["chunks"]}


service.action("stream")(stream)


@service.action("stream-plainly")
def stream_plainly(payload, ctx):
    for number in range(payload["chunks"]):
        ctx.chunk(text_of(number) if number % 3 else bytes_of(number))
        ctx.progress(number / payload["chunks"])
    return {"chunks": payload["chunks"]}


@service.action
def fail(payload):
    if payload == "own words":
        raise Failure("page_not_found", "there is nothing there", retryable=True, details={"status": 404})
    if payload == "exit":
        sys.exit(3)
    raise KeyError("colour")


@service.action("return-nonsense")
def return_nonsense(payload, ctx):
    if payload == "object":
        return {"when": object()}
    if payload == "not a number":
        return [1, float("nan")]
    if payload == "large task":
        ctx.task("large").done("x" * 2_000_000)
        return "the rest is fine"
    return "x" * 2_000_000


@service.action("wait")
async def wait(payload, ctx):
    ctx.task("wait").progress(0.1)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        say("wait was cancelled", ctx.cancelled)
        raise


@service.action("wait-plainly")
def wait_plainly(payload, ctx):
    ctx.task("wait").progress(0.1)
    ctx.cancelled.wait()
    try:
        ctx.progress(0.5)
    except Cancelled as cancelled:
        say("wait-plainly was cancelled:", cancelled.details["reason"])
        raise


@service.action
def block(payload, ctx):
    """Does not let go of its thread, as a library that computes: every other handler and the heartbeats go on."""
    ctx.progress(0.1)
    time.sleep(payload["seconds"])
    return {"slept": payload["seconds"]}


@service.action
async def parent(payload, ctx):
    ctx.task("child").progress(0.5)
    child = ctx.request(service.name, payload["action"], payload["payload"], task_id="child")
    heard = [event.type async for event in child]
    return {"child": child.id, "result": await child, "heard": heard}


@service.action("parent-plainly")
def parent_plainly(payload, ctx):
    child = ctx.request(service.name, payload["action"], payload["payload"])
    heard = [event.type for event in child]
    return {"child": child.id, "result": child.result(), "heard": heard}


@service.action
def about(payload, ctx):
    return {"pid": os.getpid(), "attempt": ctx.attempt, "tags": ctx.tags, "trace": dict(ctx.trace), "action": ctx.action}


service.run()
