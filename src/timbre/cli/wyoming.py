"""`timbre wyoming`: the Wyoming protocol, so that Home Assistant speaks with our voices."""

import argparse
import asyncio
import importlib.util
import logging
import os
import signal
import sys

from timbre.cli.parent import ended
from timbre.errors import MissingExtra
from timbre.settings import Settings


def main(argv: list[str]) -> int:
    """Serves the protocol until it is told to end. Raises errors.MissingExtra, WyomingPortTaken."""
    parser = argparse.ArgumentParser(
        prog="timbre wyoming", description="Speak for Home Assistant over the Wyoming protocol; the engine speaks."
    )
    parser.add_argument("--host", help="address to listen on (TIMBRE_WYOMING_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (TIMBRE_WYOMING_PORT)")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, has ended")
    chosen = parser.parse_args(argv)
    for name in ("host", "port"):
        if (value := getattr(chosen, name)) is not None:
            os.environ[f"TIMBRE_WYOMING_{name.upper()}"] = str(value)
    if importlib.util.find_spec("wyoming") is None:
        raise MissingExtra(what="The Wyoming protocol", extra="wyoming")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    asyncio.run(_serve(Settings(), chosen.parent))
    return 0


async def _serve(settings: Settings, parent: int | None) -> None:
    from timbre.wyoming.server import listening

    stop = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    async with listening(settings):
        told, orphaned = asyncio.create_task(stop.wait()), asyncio.create_task(ended(parent))
        await asyncio.wait({told, orphaned}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        orphaned.cancel()
