"""What the routes work with, made once and handed to them: no global is asked for anything."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from fastapi import Depends, Request
from numpy.typing import NDArray

from timbre import speech
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.settings import Settings
from timbre.voices.library import Library


@dataclass(frozen=True, slots=True)
class Wiring:
    """The engine, for code that awaits and for code that runs in a thread, and the voices."""

    settings: Settings
    engine: AsyncClient
    waiting_engine: Client
    library: Library

    async def prepare(self, asked: speech.Asked) -> speech.Utterance:
        """`speech.prepare` in a thread: normalising a long text would hold up everybody else.

        An engine that is started again is waited for out here: threads that wait would be missed by those who work.
        """
        stats = await self.engine.ready()
        return await asyncio.to_thread(speech.prepare, asked, stats, self.waiting_engine, self.library)

    def speak(self, utterance: speech.Utterance, request: Request) -> AsyncGenerator[NDArray[np.float32], None]:
        """The samples of an utterance, as they are made."""
        return self.engine.speak(
            utterance.pieces, utterance.language, utterance.voice, utterance.sampling, client_of(request)
        )


def client_of(request: Request) -> str:
    """Whom a request is counted for: who has its token, or else its address. No secret is in it."""
    if token := request.headers.get("authorization"):
        return hashlib.sha256(token.encode()).hexdigest()[:16]
    return request.client.host if request.client else ""


def _wired(request: Request) -> Wiring:
    return cast(Wiring, request.app.state.wiring)


Wired = Annotated[Wiring, Depends(_wired)]
"""A route's parameter of this type is given the wiring."""

Json = dict[str, Any]
