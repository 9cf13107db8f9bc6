"""What the routes work with, made once and handed to them: no global is asked for anything."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from fastapi import Depends
from numpy.typing import NDArray
from starlette.requests import HTTPConnection

from timbre import speech
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient, OnPiece
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.text.growing import Growing
from timbre.text.plan import Piece
from timbre.voices.library import Library


@dataclass(frozen=True, slots=True)
class Wiring:
    """The engine, for code that awaits and for code that runs in a thread, the voices, and all that is kept in rows."""

    settings: Settings
    engine: AsyncClient
    waiting_engine: Client
    library: Library
    database: Database

    async def prepare(self, asked: speech.Asked) -> speech.Utterance:
        """`speech.prepare` in a thread: normalising a long text would hold up everybody else.

        An engine that is started again is waited for out here: threads that wait would be missed by those who work.
        """
        stats = await self.engine.ready()
        return await asyncio.to_thread(speech.prepare, asked, stats, self.waiting_engine, self.library)

    async def begin(self, asked: speech.Asked) -> tuple[speech.Utterance, Growing]:
        """The same for a text that is still to come: `speech.begin` in a thread."""
        stats = await self.engine.ready()
        return await asyncio.to_thread(speech.begin, asked, stats, self.waiting_engine, self.library)

    def speak(
        self,
        utterance: speech.Utterance,
        request: HTTPConnection,
        pieces: AsyncIterable[Piece] | None = None,
        on_piece: OnPiece | None = None,
    ) -> AsyncGenerator[NDArray[np.float32], None]:
        """The samples of an utterance, as they are made. pieces: its text where that is still to come."""
        return self.engine.speak(
            utterance.pieces if pieces is None else pieces,
            utterance.language,
            utterance.voice,
            utterance.sampling,
            client_of(request),
            on_piece,
        )


def client_of(request: HTTPConnection) -> str:
    """Whom a request is counted for: who has its token, or else its address. No secret is in it."""
    if token := request.headers.get("authorization"):
        return hashlib.sha256(token.encode()).hexdigest()[:16]
    return request.client.host if request.client else ""


def _wired(request: HTTPConnection) -> Wiring:
    return cast(Wiring, request.app.state.wiring)


Wired = Annotated[Wiring, Depends(_wired)]
"""A route's parameter of this type is given the wiring."""

Json = dict[str, Any]
