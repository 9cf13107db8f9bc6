"""`timbre serve`: engine and API as processes, started together, watched, and ended together."""

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from timbre.engine.child import command
from timbre.engine.client import AsyncClient
from timbre.errors import HomeNotWritable, PortTaken, ServiceRunning, TimbreError
from timbre.settings import Settings

PATIENCE_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 60.0
"""A role that has lived this long did not fall from its start."""


def main(argv: list[str]) -> int:
    """Runs until Ctrl+C or SIGTERM. Raises errors.PortTaken, HomeNotWritable, ServiceRunning at once."""
    parser = argparse.ArgumentParser(prog="timbre serve", description="Run the engine, the API and the page.")
    parser.add_argument("--host", help="address to listen on (TIMBRE_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (TIMBRE_PORT)")
    parser.add_argument("--model", help="model to load (TIMBRE_MODEL)")
    for name, value in vars(parser.parse_args(argv)).items():
        if value is not None:
            os.environ[f"TIMBRE_{name.upper()}"] = str(value)
    chosen = Settings()
    with _only_one(chosen.home):
        check_port(chosen.host, chosen.port)
        return asyncio.run(Supervisor(chosen).run())


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Holds the home folder. Raises errors.HomeNotWritable, ServiceRunning."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "serve.lock").open("w")
    except OSError as fault:
        raise HomeNotWritable(home=home, reason=(fault.strerror or str(fault)).lower()) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServiceRunning(home=home) from None
        yield


def check_port(host: str, port: int) -> None:
    """Raises errors.PortTaken when nobody can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as fault:
        raise PortTaken(host=host, port=port, reason=(fault.strerror or str(fault)).lower()) from None


def pause_after(falls: int) -> float:
    """Seconds until a role is started again that fell so often in a row: none at first, then ever more."""
    return 0.0 if falls < 2 else min(FIRST_PAUSE_S * 2.0 ** min(falls - 2, 10), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True)
class Role:
    """A process that the service is made of."""

    name: str
    arguments: tuple[str, ...]


class Supervisor:
    """Starts each role, starts it again when it ends, and ends them all once."""

    def __init__(self, chosen: Settings, write: Callable[[str], object] = lambda line: print(line, flush=True)) -> None:
        self._settings = chosen
        self._write = write
        parent = ("--parent", str(os.getpid()))
        places = range(0 if chosen.engine_urls else len(chosen.devices))
        names = [f"engine-{place}" if place else "engine" for place in places]
        self._roles = [
            *(
                Role(name, ("engine", "--place", str(place), *parent))
                for place, name in zip(places, names, strict=True)
            ),
            Role("api", ("api", *parent)),
        ]
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Returns when everything has ended."""
        loop = asyncio.get_running_loop()
        for kind in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(kind, self._stopping.set)
        self._say("serve", f"home is {self._settings.home}")
        keepers = [asyncio.create_task(self._keep(role)) for role in self._roles]
        greeting = asyncio.create_task(self._greet())
        await self._stopping.wait()
        greeting.cancel()
        self._say("serve", "ending")
        await asyncio.gather(*keepers)
        self._say("serve", "ended")
        return 0

    async def _keep(self, role: Role) -> None:
        """One role's life: started, its lines passed on, and after an unwanted end started again."""
        loop = asyncio.get_running_loop()
        falls = 0
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._live(role)
            if self._stopping.is_set():
                return
            falls = 1 if loop.time() - began > STEADY_S else falls + 1
            pause = pause_after(falls)
            soon = f" in {pause:g} s" if pause else ""
            self._say("serve", f"{role.name} ended with code {code}; it is started again{soon}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _live(self, role: Role) -> int:
        process = await asyncio.create_subprocess_exec(
            *command(*role.arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,
            start_new_session=True,  # Ctrl+C reaches us alone, and we end the roles in order
        )
        assert process.stdout is not None
        lines = asyncio.create_task(self._pass_on(role.name, process.stdout))
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not ended.done():
            process.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(ended), PATIENCE_S)
            except TimeoutError:
                process.kill()
        code = await ended
        await lines
        return code

    async def _pass_on(self, name: str, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self._say(name, line.decode(errors="replace").rstrip())

    async def _greet(self) -> None:
        """Says where the page is, once the model has spoken."""
        client = AsyncClient.from_settings()
        while True:
            with contextlib.suppress(TimbreError):
                if (await client.stats())["ready"] and await self._api_answers():
                    break
            await asyncio.sleep(0.2)
        host = self._settings.host
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host
        self._say("serve", f"Timbre is ready: http://{shown}:{self._settings.port}")

    async def _api_answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._settings.host, self._settings.port)
        except OSError:
            return False
        writer.close()
        return True

    def _say(self, role: str, line: str) -> None:
        self._write(f"{role:<6} | {line}")
