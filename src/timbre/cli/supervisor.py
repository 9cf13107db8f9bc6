"""Keeps the processes of the service alive: each is started again when it falls, and all are ended once, in order."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from timbre.engine.child import command
from timbre.engine.client import AsyncClient
from timbre.errors import TimbreError
from timbre.jobs import broker
from timbre.settings import Settings

PATIENCE_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 60.0
"""A role that has lived this long did not fall from its start."""


def pause_after(falls: int) -> float:
    """Seconds until a role is started again that fell so often in a row: none at first, then ever more."""
    return 0.0 if falls < 2 else min(FIRST_PAUSE_S * 2.0 ** min(falls - 2, 10), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True)
class Role:
    """A process that the service is made of. stage: those of a lower one end after it."""

    name: str
    words: tuple[str, ...]
    stage: int = 0


def roles(chosen: Settings) -> list[Role]:
    """Everything that runs on this machine by these settings. Raises errors.BrokerMissing, SocketPathTooLong."""
    parent = ("--parent", str(os.getpid()))

    def own(name: str, *arguments: str, stage: int = 1) -> Role:
        return Role(name, tuple(command(*arguments, *parent)), stage)

    places = range(0 if chosen.engine_urls else len(chosen.devices))
    found = [own(f"engine-{place}" if place else "engine", "engine", "--place", str(place)) for place in places]
    if not chosen.broker_url:
        found.append(Role("broker", tuple(broker.server_command(chosen.home))))
    found += [own("worker", "worker", stage=2), own("api", "api", stage=3)]
    return [*found, own("wyoming", "wyoming", stage=3)] if chosen.wyoming else found


class Supervisor:
    """Starts each role, starts it again when it ends, and ends them all once."""

    def __init__(self, chosen: Settings, write: Callable[[str], object]) -> None:
        self._settings = chosen
        self._write = write
        self._roles = roles(chosen)
        self._stopping = asyncio.Event()
        self._stages = {role.stage: asyncio.Event() for role in self._roles}

    async def run(self) -> int:
        """Returns when everything has ended."""
        loop = asyncio.get_running_loop()
        for kind in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(kind, self._stopping.set)
        self._say("serve", f"home is {self._settings.home}")
        keepers = {role: asyncio.create_task(self._keep(role)) for role in self._roles}
        greeting = asyncio.create_task(self._greet())
        await self._stopping.wait()
        greeting.cancel()
        self._say("serve", "ending")
        for stage in sorted(self._stages, reverse=True):  # who asks others ends before them
            self._stages[stage].set()
            await asyncio.gather(*(keeper for role, keeper in keepers.items() if role.stage == stage))
        self._say("serve", "ended")
        return 0

    async def _keep(self, role: Role) -> None:
        """One role's life: started, its lines passed on, and after an unwanted end started again."""
        loop = asyncio.get_running_loop()
        falls = 0
        while not self._stages[role.stage].is_set():
            began = loop.time()
            code = await self._live(role)
            if self._stages[role.stage].is_set():
                return
            falls = 1 if loop.time() - began > STEADY_S else falls + 1
            pause = pause_after(falls)
            soon = f" in {pause:g} s" if pause else ""
            self._say("serve", f"{role.name} ended with code {code}; it is started again{soon}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stages[role.stage].wait(), pause)

    async def _live(self, role: Role) -> int:
        process = await asyncio.create_subprocess_exec(
            *role.words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,
            start_new_session=True,  # Ctrl+C reaches us alone, and we end the roles in order
        )
        assert process.stdout is not None
        lines = asyncio.create_task(self._pass_on(role.name, process.stdout))
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(self._stages[role.stage].wait())
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
        scheme = "https" if self._settings.tls_certificate else "http"
        self._say("serve", f"Timbre is ready: {scheme}://{shown}:{self._settings.port}")

    async def _api_answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._settings.host, self._settings.port)
        except OSError:
            return False
        writer.close()
        return True

    def _say(self, role: str, line: str) -> None:
        self._write(f"{role:<7} | {line}")
