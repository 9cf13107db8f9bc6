"""The work on a speech job: its text, piece by piece, through the engine's batch, where live streams go first.

A piece that was said is kept. Whoever goes on with the job begins at the first that is missing, with the seed that this
piece has in any case, so that the whole sounds the same however often it was broken off.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete

from timbre import pronunciations, speech, timing
from timbre.audio.cutting import Cutter
from timbre.casting import NONE
from timbre.engine.protocol import RATE
from timbre.jobs import audio, words
from timbre.jobs.hold import Hold
from timbre.jobs.lease import complete, fenced
from timbre.jobs.tools import Tools
from timbre.store.tables import Job, PieceAudio
from timbre.text.plan import Piece

Samples = NDArray[np.float32]
SEEDS = 2**63


async def work(job: Job, hold: Hold, tools: Tools) -> None:
    """Says what is left of the text, and keeps the whole. Raises LeaseLost, and errors that may pass or not."""
    stats = await tools.engine.ready()
    request = job.request
    asked = speech.Asked(
        job.text or "",
        job.voice_id or "default",
        job.language,
        job.model,
        request.get("sampling", {}),
        markup=request.get("markup", NONE),
        dialogue=request.get("dialogue"),
    )
    dictionary = partial(pronunciations.spell, tools.database)
    said = await asyncio.to_thread(speech.prepare, asked, stats, tools.waiting_engine, tools.library, dictionary)
    plan = await asyncio.to_thread(_planned, job, hold, tools, said.pieces)
    with_seed = int(said.sampling.seed or 0)
    timed = request.get("word_times")
    clock = await asyncio.to_thread(timing.clock, asked, said.language, stats, tools.settings) if timed else None
    done = await asyncio.to_thread(_done, job, tools)
    if done < len(plan):
        sampling = replace(said.sampling, seed=(with_seed + done) % SEEDS)
        rest = replace(said, pieces=list(plan[done:]), sampling=sampling)
        await _say(job, hold, tools, rest, done, clock)
    await asyncio.to_thread(_finish, job, hold, tools, str(stats["model"]), clock)


async def _say(
    job: Job, hold: Hold, tools: Tools, rest: speech.Utterance, done: int, clock: timing.Clock | None
) -> None:
    """Speaks pieces and keeps each once the next begins, the last once there is no more."""
    cutter, told = Cutter(), words.Told()

    def begins(index: int, at: int) -> None:
        cutter.begins(index, at)
        told.begins(index, at)

    async def keep(index: int, samples: Samples) -> None:
        await asyncio.to_thread(_keep, job, hold, tools, done + index, samples, words.rows(told.of(index)))

    spoken = tools.engine.speak(
        rest.pieces,
        rest.language,
        rest.voice,
        rest.sampling,
        on_piece=begins,
        adapter=rest.adapter or "",
        background=True,
        roles=rest.roles,
        on_words=told.said if clock is not None and clock.on_words is not None else None,
    )
    index = 0
    async with contextlib.aclosing(spoken) as samples_of:
        async for samples in samples_of:
            for piece in cutter.feed(samples):
                await keep(index, piece)
                index += 1
    await keep(index, cutter.rest())


def _planned(job: Job, hold: Hold, tools: Tools, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of the text as they were planned first: another version might cut it otherwise."""
    if job.plan:
        return [Piece(**one) for one in job.plan]
    with fenced(tools.database, job.id, hold.number) as (_, row):
        row.plan = [asdict(one) for one in pieces]
        row.pieces, row.pieces_done = len(pieces), 0
    return list(pieces)


def _done(job: Job, tools: Tools) -> int:
    """How many pieces were said, from the first on."""
    with tools.database.reading() as session:
        places = [piece.place for piece in audio.pieces_of(session, job.id)]
    return next((place for place in range(len(places)) if places[place] != place), len(places))


def _keep(job: Job, hold: Hold, tools: Tools, place: int, samples: Samples, said: list[dict[str, Any]] | None) -> None:
    audio.keep_piece(tools.database, tools.blobs, job.id, hold.number, place, samples, said)


def _finish(job: Job, hold: Hold, tools: Tools, model: str, clock: timing.Clock | None) -> None:
    """Puts the pieces together, and keeps the format that was asked for."""
    with tools.database.reading() as session:
        pieces = audio.pieces_of(session, job.id)
    samples = audio.joined(tools.files, pieces)
    formats = {audio.WHOLE, job.format or audio.WHOLE}
    made = [audio.render(tools.files, job.id, format, samples) for format in formats]
    if clock is not None:
        made.append(words.file(tools.files, job.id, clock, words.whole(clock, pieces, samples)))
    facts = {"model": model, "watermark": tools.marking.name}
    with fenced(tools.database, job.id, hold.number) as (session, row):
        for one in made:
            session.merge(one)
        session.execute(delete(PieceAudio).where(PieceAudio.job_id == job.id))
        complete(row, duration_s=len(samples) / RATE, result=facts)
