"""`timbre api`: HTTP and the web page, without a model of its own."""

import argparse
import asyncio
import logging
import sys

import uvicorn

from timbre.api.app import create
from timbre.api.middleware import JSON_LIMIT_MB, MEGABYTE
from timbre.cli.parent import ended
from timbre.settings import settings


def main(argv: list[str]) -> int:
    """Serves HTTP until it is told to end."""
    parser = argparse.ArgumentParser(prog="timbre api", description="Serve the API and the page; the engine speaks.")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, has ended")
    chosen = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    asyncio.run(_serve(chosen.parent))
    return 0


async def _serve(parent: int | None) -> None:
    set_up = settings()
    config = uvicorn.Config(
        create(set_up),
        host=set_up.host,
        port=set_up.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=JSON_LIMIT_MB * MEGABYTE,
        ws_ping_timeout=None,  # behind the audio that a slow reader has not taken yet, a ping waits for long
        ws_per_message_deflate=False,  # sound hardly gets smaller, and everybody else would wait for it
    )
    server = uvicorn.Server(config)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    watch = asyncio.create_task(_watch(server, parent))
    await server.serve()
    watch.cancel()


async def _watch(server: uvicorn.Server, parent: int | None) -> None:
    """Ends the server when the process that started it is no longer our parent."""
    await ended(parent)
    server.should_exit = True
