"""Listens for clients of the protocol, and serves so many at once."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from timbre.audio.marking import Marking
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.engine.protocol import RATE
from timbre.errors import TooManyConnections, WyomingPortTaken
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.voices.library import Library
from timbre.wiring import Wiring
from timbre.wyoming.connection import Connection, event_limit

log = logging.getLogger("timbre.wyoming")

CONNECTIONS = 64
"""Clients at once. Home Assistant has a connection for each request."""

THREADS = 16


@contextlib.asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[None]:
    """Serves clients until its end. Raises errors.WyomingPortTaken."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))  # most of them wait for the engine
    engine = AsyncClient.from_settings()
    host, port = settings.wyoming_host, settings.wyoming_port
    with Client(engine) as waiting, contextlib.closing(Database.of(settings)) as database:
        await asyncio.to_thread(database.upgrade)
        library = Library.of(database, Blobs.of(settings, database))
        clients = Clients(Wiring(settings, engine, waiting, library, Marking(settings.watermark, RATE), database))
        try:
            server = await asyncio.start_server(
                clients.serve, host, port, limit=event_limit(settings.text_limit), start_serving=False
            )
        except OSError as fault:
            reason = (fault.strerror or str(fault)).lower()
            raise WyomingPortTaken(host=host, port=port, reason=reason) from None
        async with server:
            await server.start_serving()
            log.info("Home Assistant can connect: Wyoming protocol, host %s, port %s", host, port)
            try:
                yield
            finally:
                server.close()
                await clients.end()


class Clients:
    """Those who are connected."""

    def __init__(self, wired: Wiring) -> None:
        self._wired = wired
        self._tasks = set[asyncio.Task[None]]()
        self._served = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from its coming to its going."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.closing(writer):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                connection = Connection(reader, writer, self._wired, _name(writer))
                await self._serve(connection)
        except asyncio.CancelledError:
            pass  # we end; nobody waits for this task but us
        finally:
            self._tasks.discard(task)

    async def _serve(self, connection: Connection) -> None:
        if self._served == CONNECTIONS:
            await connection.refuse(TooManyConnections(limit=CONNECTIONS))
            return
        self._served += 1
        try:
            await connection.run()
        finally:
            self._served -= 1

    async def end(self) -> None:
        """Leaves them all."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _name(writer: asyncio.StreamWriter) -> str:
    """A client's address, as far as it is known."""
    peer = writer.get_extra_info("peername")
    return str(peer[0]) if peer else ""
