"""A worker: start as many as you like, they share the requests to "llm". Run with: python3 worker.py"""

import time

from conduit import Service

llm = Service("llm")


@llm.action
def chat(payload, ctx):
    """Answers word by word, as a language model would."""
    words = f"You said: {payload['prompt']}".split()
    for at, word in enumerate(words, 1):
        time.sleep(0.1)
        ctx.progress(at / len(words))
        yield word + " "
    return {"words": len(words)}


llm.run()
