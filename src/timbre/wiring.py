"""What a server that speaks works with, made once and handed on: no global is asked for anything."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from timbre import pronunciations, speech, timing
from timbre.audio.marking import Marking
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient, OnPiece, OnWords
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.text.growing import Growing
from timbre.text.plan import Piece
from timbre.text.pronunciations import Spell
from timbre.voices.library import Library


@dataclass(frozen=True, slots=True)
class Wiring:
    """The engine, for code that awaits and for code that runs in a thread, the voices, and the rows."""

    settings: Settings
    engine: AsyncClient
    waiting_engine: Client
    library: Library
    marking: Marking
    database: Database

    async def prepare(self, asked: speech.Asked) -> speech.Utterance:
        """`speech.prepare` by the profile that is asked for, or the default one, in a thread: normalising a long text
        would hold up everybody else.

        An engine that is started again is waited for out here: threads that wait would be missed by those who work.
        """
        asked = await asyncio.to_thread(speech.profiled, asked, self.database)
        stats = await self.engine.ready()
        return await asyncio.to_thread(speech.prepare, asked, stats, self.waiting_engine, self.library, self.dictionary)

    async def clock(self, asked: speech.Asked, language: str) -> timing.Clock:
        """What finds out when the words of a wish are said. Raises errors.NoWordTimes."""
        stats = await self.engine.stats()
        return await asyncio.to_thread(timing.clock, asked, language, stats, self.settings)

    def dictionary(self, language: str) -> Spell:
        """The service's pronunciations."""
        return pronunciations.spell(self.database, language)

    async def begin(self, asked: speech.Asked) -> tuple[speech.Utterance, Growing]:
        """The same for a text that is still to come: `speech.begin` in a thread."""
        asked = await asyncio.to_thread(speech.profiled, asked, self.database)
        stats = await self.engine.ready()
        return await asyncio.to_thread(speech.begin, asked, stats, self.waiting_engine, self.library, self.dictionary)

    def say(
        self,
        utterance: speech.Utterance,
        client: str,
        pieces: AsyncIterable[Piece] | None = None,
        on_piece: OnPiece | None = None,
        on_words: OnWords | None = None,
    ) -> AsyncGenerator[NDArray[np.float32], None]:
        """The samples of an utterance, as they are made, marked where that is wanted. client: whom it is counted for.
        pieces: its text where that is still to come. Raises errors.NoWordTimes for who wants to know `on_words`.
        """
        spoken = self.engine.speak(
            utterance.pieces if pieces is None else pieces,
            utterance.language,
            utterance.voice,
            utterance.sampling,
            client,
            on_piece,
            utterance.adapter or "",
            roles=utterance.roles,
            on_words=on_words,
        )
        return self.marking.stream(spoken)
