"""`timbre engine`: the process that holds the model."""

import argparse
import asyncio
import importlib
import logging
import os
import signal
import sys
from typing import Any

from timbre.cli.parent import ended
from timbre.errors import TimbreError
from timbre.models import catalogue
from timbre.settings import Settings, settings


def main(argv: list[str]) -> int:
    """Loads the model, speaks once, and serves until it is told to end."""
    parser = argparse.ArgumentParser(prog="timbre engine", description="Hold the model, and speak for the others.")
    parser.add_argument("--quiet", action="store_true", help="say only what goes wrong")
    parser.add_argument("--tune", action="store_true", help="measure what is quickest here, keep it, and end")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, has ended")
    parser.add_argument("--place", type=int, default=0, metavar="N", help="which of several devices it runs on, from 0")
    chosen = parser.parse_args(argv)
    level = logging.ERROR if chosen.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    logging.getLogger("websockets").setLevel(logging.ERROR)
    if chosen.tune:
        return _tune(settings())
    fault = asyncio.run(_serve(settings(), chosen.parent, chosen.place))
    if fault is None:
        return _gone(0)
    if not isinstance(fault, TimbreError):
        raise fault
    print(f"timbre: {fault}\n{fault.advice}", file=sys.stderr)
    return _gone(1)


def _gone(code: int) -> int:
    """Ends at once. A model that is still loading would hold the interpreter back, and nothing is left to write."""
    sys.stderr.flush()
    os._exit(code)


async def _serve(chosen: Settings, parent: int | None, place: int) -> BaseException | None:
    """Serves until a signal. Returns what went wrong, or nothing."""
    serving = importlib.import_module("timbre.engine.server")
    listen = importlib.import_module("timbre.engine.listen")
    client = importlib.import_module("timbre.engine.client")
    server = serving.EngineServer(
        lambda model: _load(model, chosen, place), chosen.model, chosen.engine_queue, chosen.streams_per_client
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, stop.set)
    try:
        async with listen.listening(
            server.handle, client.socket_path(chosen.home, place), chosen.engine_listen, chosen.engine_token
        ):
            told = asyncio.create_task(stop.wait())
            orphaned = asyncio.create_task(ended(parent))
            start = asyncio.create_task(server.start())
            await asyncio.wait({told, orphaned, start}, return_when=asyncio.FIRST_COMPLETED)
            if start.done() and (fault := start.exception()):
                return fault
            await asyncio.wait({told, orphaned}, return_when=asyncio.FIRST_COMPLETED)
            orphaned.cancel()
    except TimbreError as fault:
        return fault
    finally:
        server.close()
    return None


def _load(model: str, chosen: Settings, place: int) -> Any:
    """Runs in the model's thread: importing torch takes seconds, in which stats are answered already."""
    folder = catalogue.folder(model)
    return importlib.import_module("timbre.engine.engine").Engine(
        folder,
        model,
        chosen.threads,
        chosen.engine_rows,
        chosen.engine_cache_mb,
        chosen.devices[place],
        chosen.engine_weights,
        chosen.engine_vocoder,
        chosen.engine_adapters,
    )


def _tune(chosen: Settings) -> int:
    """Measures the model on this machine and keeps what the next engine is to choose."""
    folder = catalogue.folder(chosen.model)
    tuning = importlib.import_module("timbre.engine.tuning")
    of_folder = importlib.import_module("timbre.engine.folder")
    if chosen.threads:
        importlib.import_module("torch").set_num_threads(chosen.threads)
    found = tuning.tune(folder, lambda line: print(line, flush=True))
    path = tuning.keep(of_folder.fingerprint(folder), found)
    print(f"Chosen for {chosen.model}: {found.weights}, {found.vocoder}. Kept in {path}")
    return 0
