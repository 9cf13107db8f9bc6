"""`timbre api`: HTTP and the web page, without a model of its own."""

import argparse
import asyncio
import contextlib
import logging
import sys

import uvicorn

from timbre.access.start import check_address
from timbre.api.server import configured
from timbre.cli.parent import ended
from timbre.settings import settings
from timbre.store.database import Database


def main(argv: list[str]) -> int:
    """Serves HTTP until it is told to end. Raises errors.KeyNeeded, WeakKey, BadCertificate at once."""
    parser = argparse.ArgumentParser(prog="timbre api", description="Serve the API and the page; the engine speaks.")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, has ended")
    chosen = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with contextlib.closing(Database.of(settings())) as database:
        check_address(settings(), database)
    asyncio.run(_serve(chosen.parent))
    return 0


async def _serve(parent: int | None) -> None:
    server = uvicorn.Server(configured(settings()))
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    watch = asyncio.create_task(_watch(server, parent))
    await server.serve()
    watch.cancel()


async def _watch(server: uvicorn.Server, parent: int | None) -> None:
    """Ends the server when the process that started it is no longer our parent."""
    await ended(parent)
    server.should_exit = True
