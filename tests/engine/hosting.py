"""An engine's server in the test's own loop, and what is asked of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np

from timbre.engine.client import AsyncClient
from timbre.engine.holder import Speaker
from timbre.engine.listen import listening
from timbre.engine.protocol import Sampling
from timbre.engine.server import EngineServer
from timbre.errors import UnknownModel
from timbre.text.plan import Piece

LONG = [Piece("x" * 500, 0.0)]
SHORT = [Piece("Hello.", 0.0)]
DEFAULT = Sampling()


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def serving(speaker: Speaker, home: Path, queue: int = 4, per_client: int = 0) -> AsyncIterator[AsyncClient]:
    def load(model: str) -> Speaker:
        if model != speaker.name:
            raise UnknownModel(model=model, known=speaker.name)
        return speaker

    server = EngineServer(load, speaker.name, queue, per_client)
    try:
        async with listening(server.handle, home / "engine.sock", "", ""):
            await server.start()
            yield AsyncClient(home / "engine.sock")
    finally:
        server.close()


async def spoken(
    client: AsyncClient, /, pieces=SHORT, language="en", who="ana", sampling=DEFAULT, **more
) -> np.ndarray:
    return np.concatenate([part async for part in client.speak(pieces, language, who, sampling, **more)])


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)
