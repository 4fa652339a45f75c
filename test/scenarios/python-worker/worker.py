"""A worker with Debian's python3-socketio: /usr/bin/python3 worker.py URL SERVICE

It reads what it is handed, says how far it is, streams some text, and gives back bytes.
"""

import asyncio
import sys

import socketio

url, service = sys.argv[1:3]
client = socketio.AsyncClient(reconnection_delay=0.1, reconnection_delay_max=0.5)


@client.event
async def connect():
    # In the handler of `connect`, so that a hub that was started again knows this worker too.
    await client.emit("register", {"type": "service", "name": service, "actions": ["paint"], "capacity": 4})


@client.event
async def registered(answer):
    print("registered", answer["session_id"], flush=True)


@client.on("request")
async def on_request(request):
    # A handler that takes long would hold up the next event: the work is a task of its own.
    client.start_background_task(work, request)


async def work(request):
    about = {"request_id": request["request_id"], "attempt": request["attempt"]}
    try:
        words = request["payload"]["words"]
        pixels = request["payload"]["pixels"]
        await client.emit("tasks", {**about, "tasks": [{"task_id": "read", "title": "Reading"}, {"task_id": "paint", "weight": 3}]})
        for at, word in enumerate(words):
            await client.emit("progress", {**about, "task_id": "read", "progress": (at + 1) / len(words), "message": word})
            await client.emit("chunk", {**about, "data": word + " "})
        await client.emit("task_result", {**about, "task_id": "read", "result": {"words": len(words)}})
        await client.emit("progress", {**about, "task_id": "paint", "progress": None})
        await client.emit("chunk", {**about, "stream": "pixels", "data": pixels})
        await client.emit("task_result", {**about, "task_id": "paint", "result": bytes(reversed(pixels))})
        await client.emit("result", {**about, "result": {"picture": bytes(reversed(pixels)), "text": " ".join(words)}})
    except Exception as error:
        await client.emit("error", {**about, "error": {"code": "python_error", "message": repr(error)}})


async def main():
    await client.connect(url)
    await client.wait()


asyncio.run(main())
