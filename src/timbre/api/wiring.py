"""What the routes work with, made once and handed to them: no global is asked for anything."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from fastapi import Depends, Request
from numpy.typing import NDArray

from timbre import speech
from timbre.engine.client import AsyncClient, Client
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
        """`speech.prepare` in a thread: normalising a long text would hold up everybody else."""
        return await asyncio.to_thread(speech.prepare, asked, self.waiting_engine, self.library)

    def speak(self, utterance: speech.Utterance) -> AsyncGenerator[NDArray[np.float32], None]:
        """The samples of an utterance, as they are made."""
        return self.engine.speak(utterance.pieces, utterance.language, utterance.voice, utterance.sampling)


def _wired(request: Request) -> Wiring:
    return cast(Wiring, request.app.state.wiring)


Wired = Annotated[Wiring, Depends(_wired)]
"""A route's parameter of this type is given the wiring."""

Json = dict[str, Any]
