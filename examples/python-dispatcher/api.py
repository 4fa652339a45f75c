"""HTTP workers that know nothing of Conduit: uvicorn api:app --workers 4"""

import asyncio
import json
import os

from fastapi import Body, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

app = FastAPI()


@app.get("/health")
async def health():
    return "well"


@app.post("/echo")
async def echo(payload=Body(None)):
    """A JSON answer is the result."""
    return {"payload": payload, "pid": os.getpid()}


@app.post("/generate")
async def generate(payload=Body(...)):
    """NDJSON is streamed line by line, as Conduit's own events."""

    async def answer():
        words = payload["prompt"].split()
        yield line(type="tasks", tasks=[{"task_id": "think", "title": "Thinking"}, {"task_id": "write", "weight": 3}])
        yield line(type="progress", task_id="think", progress=0.5)
        yield line(type="task_result", task_id="think", result={"ideas": len(words)})
        try:
            for at, word in enumerate(words, 1):
                yield line(type="chunk", data=word + " ", task_id="write")
                yield line(type="progress", task_id="write", progress=at / len(words))
                await asyncio.sleep(payload.get("pause_s", 0.01))
        except asyncio.CancelledError:
            print("nobody listens any more: stopping", flush=True)
            raise
        yield line(type="result", result={"words": len(words), "pid": os.getpid()})

    return StreamingResponse(answer(), media_type="application/x-ndjson")


@app.post("/tokens")
async def tokens(payload=Body(...)):
    """SSE as language models speak it: data that is no event of Conduit's is a chunk."""

    async def answer():
        for word in payload["prompt"].split():
            yield f"data: {json.dumps(word + ' ')}\n\n"
        yield f"event: result\ndata: {json.dumps({'result': 'said'})}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(answer(), media_type="text/event-stream")


@app.post("/picture")
async def picture():
    return Response(bytes(range(256)), media_type="image/png")


@app.post("/poem")
async def poem():
    return PlainTextResponse("Grüße, 🐍\n")


@app.post("/refuse")
async def refuse():
    raise HTTPException(503, "too busy")


def line(**said):
    return json.dumps(said) + "\n"
