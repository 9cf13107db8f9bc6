"""What the routes work with, as FastAPI hands it to them."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from fastapi import Depends
from numpy.typing import NDArray
from starlette.requests import HTTPConnection

from timbre import speech, wiring
from timbre.access.guard import Guard
from timbre.api.metrics import Metrics
from timbre.api.watching import Watcher
from timbre.engine.client import OnPiece, OnWords
from timbre.jobs.broker import Announcer
from timbre.jobs.tools import Files
from timbre.store.blobs import Blobs
from timbre.text.plan import Piece


@dataclass(frozen=True, slots=True)
class Wiring(wiring.Wiring):
    """What every server has, the files of jobs, what announces and follows them, and who may come in."""

    blobs: Blobs
    announcer: Announcer
    watcher: Watcher
    guard: Guard

    @property
    def files(self) -> Files:
        """What it takes to read the audio of jobs."""
        return Files(self.database, self.blobs, self.marking)

    def speak(
        self,
        utterance: speech.Utterance,
        request: HTTPConnection,
        pieces: AsyncIterable[Piece] | None = None,
        on_piece: OnPiece | None = None,
        on_words: OnWords | None = None,
    ) -> AsyncGenerator[NDArray[np.float32], None]:
        """`say`, for whom a request comes from, and measured."""
        metrics = cast(Metrics, request.app.state.metrics)
        return metrics.heard(self.say(utterance, client_of(request), pieces, on_piece, on_words), request)


def client_of(request: HTTPConnection) -> str:
    """Whom a request is counted for: its key, else who has its token, or else its address. No secret is in it."""
    caller = request.scope["state"].get("caller")
    if caller and caller.owner:
        return str(caller.owner)
    if token := request.headers.get("authorization"):
        return hashlib.sha256(token.encode()).hexdigest()[:16]
    return request.client.host if request.client else ""


def _wired(request: HTTPConnection) -> Wiring:
    return cast(Wiring, request.app.state.wiring)


Wired = Annotated[Wiring, Depends(_wired)]
"""A route's parameter of this type is given the wiring."""

Json = dict[str, Any]
