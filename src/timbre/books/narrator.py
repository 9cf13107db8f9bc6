"""Who reads a book: what a passage becomes, and the sound of it, by the engine."""

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from timbre import speech
from timbre.audio.cutting import Cutter
from timbre.audio.encode import Tags
from timbre.audio.marking import Marking
from timbre.casting import NONE
from timbre.engine.blocking import Client
from timbre.engine.protocol import RATE, Brought, Conditioning, Role, Sampling
from timbre.errors import EmptyText
from timbre.settings import settings
from timbre.text.plan import Piece
from timbre.text.pronunciations import Dictionary
from timbre.text.split import PAUSE_PARAGRAPH
from timbre.voices.library import Library

Samples = NDArray[np.float32]
SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class Take:
    """A piece of text as it is said once. pause: seconds of silence after it. key: what its sound is kept under.

    role: which of its cast says it.
    """

    text: str
    pause: float
    seed: int
    speed: float | None
    key: str
    role: int = 0
    cast: str = ""


class Narrator(Protocol):
    """Somebody who reads. limit: characters of a passage. tags: what a file of it says, once it is said."""

    limit: int

    @property
    def speed(self) -> float: ...
    @property
    def tags(self) -> Tags: ...
    def takes(self, passage: str, place: int, speed: float | None = None) -> list[Take]: ...
    def say(self, takes: Sequence[Take]) -> Iterator[Samples]: ...
    def marked(self, samples: Generator[Samples, None, None]) -> Generator[Samples, None, None]: ...


class Here:
    """The engine of this machine, or the one that the settings name."""

    def __init__(self, engine: Client, library: Library, dictionary: Dictionary, wish: speech.Asked) -> None:
        """wish: with a seed; its text is passed over, and what is in brackets in a book is read as it stands."""
        self._engine, self._library, self._dictionary, self._wish = engine, library, dictionary, wish
        self._marking = Marking(settings().watermark, RATE)
        self._casts: dict[str, speech.Utterance] = {}
        self.limit = settings().text_limit

    @property
    def speed(self) -> float:
        return float(self._wish.sampling.get("speed", 1.0))

    @property
    def tags(self) -> Tags:
        return self._marking.tags

    def takes(self, passage: str, place: int, speed: float | None = None) -> list[Take]:
        """The pieces of a passage, of which the first has the number `place`; none, where nothing can be said.

        Raises what `speech.prepare` raises.
        """
        stats = self._engine.ready()
        wish = replace(self._wish, text=passage, markup=NONE)
        try:
            said = speech.prepare(wish, stats, self._engine, self._library, self._dictionary)
        except EmptyText:
            return []
        readers = [_heard(said.language, said.voice, said.adapter), *map(_role, said.roles)]
        cast = _digest(str(stats["fingerprint"]), *readers)
        self._casts[cast] = replace(said, pieces=[])
        takes = []
        for number, piece in enumerate(said.pieces, place):
            seed = ((said.sampling.seed or 0) + number) % SEEDS
            sampling = json.dumps(_sampling(said, seed, speed).as_dict(), sort_keys=True)
            key = _digest(piece.text, str(stats["fingerprint"]), readers[piece.role], sampling)
            takes.append(Take(piece.text, piece.pause, seed, speed, key, piece.role, cast))
        return [*takes[:-1], replace(takes[-1], pause=PAUSE_PARAGRAPH)]

    def say(self, takes: Sequence[Take]) -> Iterator[Samples]:
        """The sound of each, without the silence after it. Raises what the engine raises."""
        for run in _runs(takes):
            yield from self._run(run)

    def marked(self, samples: Generator[Samples, None, None]) -> Generator[Samples, None, None]:
        """The whole, marked where that is wanted."""
        return self._marking.over(samples)

    def _run(self, takes: Sequence[Take]) -> Iterator[Samples]:
        said, first = self._casts[takes[0].cast], takes[0]
        roles = said.roles if first.speed is None else [replace(role, speed=first.speed) for role in said.roles]
        cutter = Cutter()
        spoken = self._engine.speak(
            [Piece(take.text, 0.0, role=take.role) for take in takes],
            said.language,
            said.voice,
            _sampling(said, first.seed, first.speed),
            said.adapter or "",
            background=True,
            roles=roles,
            on_piece=cutter.begins,
        )
        for samples in spoken:
            yield from cutter.feed(samples)
        yield cutter.rest()


def _runs(takes: Sequence[Take]) -> Iterator[list[Take]]:
    """Those that can be said together: the engine gives each piece of a speech the seed after that of the last."""
    run: list[Take] = []
    for take in takes:
        if run and (take.seed, take.speed, take.cast) != ((run[-1].seed + 1) % SEEDS, run[-1].speed, run[-1].cast):
            yield run
            run = []
        run.append(take)
    if run:
        yield run


def _sampling(said: speech.Utterance, seed: int, speed: float | None) -> Sampling:
    return replace(said.sampling, seed=seed, speed=said.sampling.speed if speed is None else speed)


def _role(role: Role) -> str:
    return _heard(role.language, role.voice, role.adapter)


def _heard(language: str, voice: Conditioning | str | None, adapter: Brought | str | None) -> str:
    """Whom one hears, in a word."""
    learnt = adapter.name if isinstance(adapter, Brought) else adapter or ""
    heard = hashlib.sha256(voice.to_bytes()).hexdigest() if isinstance(voice, Conditioning) else voice or ""
    return _digest(language, heard, learnt)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
