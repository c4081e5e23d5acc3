"""A provider with a fixed latency, in a process of its own: ``python -m tests.benchmarks.slow_server MILLISECONDS``.

It says its port on standard output and ends with its standard input. What it answers costs it as little as can be.
"""

from __future__ import annotations

import asyncio
import json
import sys

MODEL = "slow"


def _event(delta: dict[str, str], finish: str | None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice], **more}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


USAGE = {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

ANSWER = HEAD + _chunk(_event({"role": "assistant", "content": "1"}, None) + _event({}, "stop", usage=USAGE))
ANSWER += _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


async def serve(latency: float) -> None:
    """Answer every request with the same stream, after the latency."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                await asyncio.sleep(latency)
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))
