"""A gRPC server that does nothing: the floor under what a call of ours takes, with the same library and event loop."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import grpc.aio
import uvloop

import tts_pb2

_AUDIO_BYTES = 8192


@contextlib.contextmanager
def bare_server() -> Iterator[str]:
    """Its address, while the context is open, in a process of its own."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _synthesize(_requests: object, context: "grpc.aio.ServicerContext[Any, Any]") -> None:
    while await context.read() is not grpc.aio.EOF:
        pass
    await context.write(tts_pb2.SynthesizeResponse(audio_content=bytes(_AUDIO_BYTES)))


async def _serve() -> None:
    server = grpc.aio.server()
    handler = grpc.stream_stream_rpc_method_handler(
        _synthesize, tts_pb2.SynthesizeRequest.FromString, tts_pb2.SynthesizeResponse.SerializeToString
    )
    handlers = grpc.method_handlers_generic_handler("tts.TextToSpeech", {"Synthesize": handler})
    server.add_generic_rpc_handlers((handlers,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve())
