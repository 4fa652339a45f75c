"""Puts HTTP workers behind a hub: one connection, which farms each request out to one of them in turn.

    uvicorn api:app --workers 4 --port 8000
    python3 conduit_dispatcher.py llm --to http://127.0.0.1:8000/{action} --concurrency 4 --health /health

What a worker answers: JSON is the result; NDJSON and SSE are streamed line by line as progress, tasks and chunks; text is streamed as it
comes; anything else is the result as bytes. CONDUIT_URL says where the hub is, CONDUIT_TOKEN who this is.
"""

import argparse
import asyncio
import codecs
import json
import logging
import os
from urllib.parse import quote, urljoin

import aiohttp

from conduit import ConduitError, Failure, Service

CONNECT_S = 5
HEALTH_EVERY_S = 2
#: One line of an answer; a hub takes messages of 1 MiB where it is not told otherwise.
MOST_LINE_BYTES = 2 * 1024 * 1024

log = logging.getLogger("dispatcher")


class Targets:
    """The workers in turn; one that does not answer is out of turn until its health check does."""

    def __init__(self, urls):
        self.line = list(urls)
        self.ill = set()

    def in_turn(self):
        """All of them, the next one first, the ill ones last: better a try than a refusal."""
        turn = sorted(self.line, key=lambda url: url in self.ill)
        self.line.remove(turn[0])
        self.line.append(turn[0])
        return turn

    def found(self, url, is_well):
        if is_well == (url in self.ill):
            log.info("%s %s", url, "is back" if is_well else "does not answer")
        (self.ill.discard if is_well else self.ill.add)(url)

    async def watch(self, http, path):
        """Asks each for its health, over and over."""
        while True:
            await asyncio.gather(*(self.check(http, url, path) for url in self.line))
            await asyncio.sleep(HEALTH_EVERY_S)

    async def check(self, http, url, path):
        try:
            timeout = aiohttp.ClientTimeout(total=CONNECT_S)
            async with http.get(urljoin(url.replace("{action}", ""), path), timeout=timeout) as answer:
                self.found(url, answer.status < 500)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            self.found(url, False)


async def dispatch(payload, ctx, http, targets):
    """Hands the request to the first worker that takes it. Cancelled, it closes the connection to the worker."""
    body = {"data": payload} if isinstance(payload, bytes) else {"json": payload}
    headers = {"Conduit-Request-Id": ctx.request_id, "Conduit-Attempt": str(ctx.attempt), **ctx.trace}
    for url in targets.in_turn():
        try:
            async with http.post(url.replace("{action}", quote(ctx.action)), headers=headers, **body) as answer:
                targets.found(url, True)
                return await taken(answer, ctx)
        except aiohttp.ClientConnectorError:
            # Nobody was there: nothing has begun, so another may have it.
            targets.found(url, False)
        except asyncio.TimeoutError:
            raise Failure("worker_timeout", f"{url} took too long", retryable=True) from None
        except aiohttp.ClientError as error:
            raise Failure("worker_lost", f"{url} broke off its answer: {error}", retryable=True) from None
    raise Failure("worker_unreachable", f"none of {len(targets.line)} HTTP workers answers", retryable=True)


async def taken(answer, ctx):
    """Makes the result of an answer, and streams what comes before it."""
    if answer.status >= 400:
        raise await failure_of(answer)
    if answer.content_type == "application/json":
        return await answer.json()
    if answer.content_type in ("application/x-ndjson", "application/jsonl"):
        return await streamed(lines(answer), ctx)
    if answer.content_type == "text/event-stream":
        return await streamed(server_sent(answer), ctx)
    if answer.content_type == "text/plain":
        async for text in texts(answer):
            await ctx.chunk(text)
        return None
    return await answer.read()


async def failure_of(answer):
    """A worker's own ``{"error": {"code", "message"}}`` as it is; anything else by its status."""
    text = (await answer.text(errors="replace"))[:500]
    try:
        error = json.loads(text)["error"]
        return Failure(error["code"], error["message"], retryable=error.get("retryable") is True)
    except (ValueError, KeyError, TypeError):
        is_busy = answer.status in (429, 502, 503, 504)
        return Failure(f"http_{answer.status}", f"{answer.url} answered {answer.status}: {text}", retryable=is_busy)


async def streamed(said, ctx):
    """Tells on what is said: objects whose ``type`` is an event of Conduit's, anything else as chunks. The last result counts."""
    result = None
    async for one in said:
        kind = one.get("type") if isinstance(one, dict) else None
        if kind == "result":
            result = one.get("result")
        elif kind == "error":
            raise Failure(one["error"].get("code", "worker_error"), one["error"]["message"])
        elif kind == "tasks":
            ctx.tasks(one["tasks"])
        elif kind == "progress":
            about = ctx.task(one["task_id"]) if "task_id" in one else ctx
            about.progress(one.get("progress"), one.get("message"))
        elif kind == "task_result":
            ctx.task(one["task_id"]).done(one.get("result"))
        elif kind == "task_error":
            ctx.task(one["task_id"]).fail(one["error"]["message"])
        elif kind == "chunk":
            await ctx.chunk(one["data"], stream=one.get("stream"), mode=one.get("mode"), task_id=one.get("task_id"))
        else:
            await ctx.chunk(one)
    return result


async def lines(answer):
    try:
        async for line in answer.content:
            if line.strip():
                yield json.loads(line)
    except ValueError as error:
        raise Failure("worker_nonsense", f"{answer.url} sent a line that is no JSON, or too long: {error}") from None


async def server_sent(answer):
    """Each event's data as JSON, or as text where it is none; an event's name is its type, where the data does not say."""
    name, data = None, []
    async for line in answer.content:
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "" and data:
            text = "\n".join(data)
            if text == "[DONE]":
                return
            yield event_of(name, text)
            name, data = None, []


def event_of(name, text):
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return {"type": name, **value} if name is not None and isinstance(value, dict) else value


async def texts(answer):
    """Text as it comes, never cut within a character."""
    decoder = codecs.getincrementaldecoder(answer.charset or "utf-8")("replace")
    async for piece in answer.content.iter_any():
        text = decoder.decode(piece)
        if text:
            yield text


async def serve(options):
    service = Service(options.service, capacity=options.concurrency, metadata={"targets": len(options.to)})
    targets = Targets(options.to)
    secret = os.environ.get(options.token_env or "")
    http = aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {secret}"} if secret else {},
        timeout=aiohttp.ClientTimeout(total=options.timeout_s, sock_connect=CONNECT_S),
        connector=aiohttp.TCPConnector(limit=0),
        read_bufsize=MOST_LINE_BYTES,
    )

    @service.any_action
    async def handle(payload, ctx):
        return await dispatch(payload, ctx, http, targets)

    async with http:
        watching = asyncio.create_task(targets.watch(http, options.health)) if options.health else None
        try:
            await service.serve(handles_signals=True)
        finally:
            if watching is not None:
                watching.cancel()


def main():
    parser = argparse.ArgumentParser(description="Puts HTTP workers behind a Conduit hub.")
    parser.add_argument("service", help="the name that requests are sent to")
    parser.add_argument("--to", action="append", required=True, help="a worker's URL, {action} in it the action; may be said again")
    parser.add_argument("--concurrency", type=int, default=4, help="requests under way at once (default 4)")
    parser.add_argument("--timeout-s", type=float, default=300, help="how long a worker may take, seconds (default 300)")
    parser.add_argument("--health", metavar="PATH", help="asked every 2 s; a worker that does not answer is out of turn")
    parser.add_argument("--token-env", metavar="NAME", help="the variable that holds the workers' bearer token")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        asyncio.run(serve(parser.parse_args()))
    except ConduitError as error:
        raise SystemExit(f"the hub refuses this dispatcher: {error}") from None


if __name__ == "__main__":
    main()
