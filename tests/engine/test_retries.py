"""What the client makes of an engine that is not there, not ready, or gone: it waits, asks again, or says so."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from hosting import LONG, SHORT, run, serving, spoken, until
from parrot import STEP, Parrot
from websockets.asyncio.server import ServerConnection, unix_serve

from timbre.engine.client import AsyncClient
from timbre.engine.listen import listening
from timbre.engine.patience import LOSSES
from timbre.engine.protocol import Sampling
from timbre.engine.server import EngineServer
from timbre.errors import EngineBusy, EngineEmpty, EngineLost, EngineUnavailable, LanguageNotSpoken
from timbre.text.plan import Piece


def patient(home: Path, seconds: float = 10.0) -> AsyncClient:
    return AsyncClient(home / "engine.sock", patience_s=seconds)


def test_an_engine_that_comes_late_is_waited_for(tmp_path: Path):
    async def test():
        client = patient(tmp_path)
        asked = [
            asyncio.create_task(spoken(client)),
            asyncio.create_task(client.voices()),
            asyncio.create_task(client.condition([np.zeros(10, np.float32)])),
            asyncio.create_task(client.ready()),
        ]
        await asyncio.sleep(0.1)
        server = EngineServer(lambda model: Parrot(step_s=0.02), "parrot", 4)
        async with listening(server.handle, tmp_path / "engine.sock", "", ""):
            await asyncio.sleep(0.2)  # it answers, and has no model yet
            await server.start()
            samples, voices, _, stats = await asyncio.gather(*asked)
            assert len(samples) == 6 * STEP and sorted(voices) == ["ana", "bruno"] and stats["ready"]
        server.close()

    run(test)


def test_a_speech_that_was_not_heard_yet_is_spoken_by_the_next_engine_with_the_same_seed(tmp_path: Path):
    async def test():
        client = patient(tmp_path)
        told: list[tuple[int, int]] = []

        async def text() -> AsyncIterator[Piece]:
            for word in ("One.", "Two."):
                yield Piece(word, 0.1)
            await come.wait()
            yield Piece("Three.", 0.0)

        come, first, second = asyncio.Event(), Parrot(step_s=0.01), Parrot()
        async with serving(first, tmp_path) as impatient:
            speaks = asyncio.create_task(spoken(impatient, LONG))
            await until(lambda: first.running == 1)
            waits = asyncio.create_task(spoken(client))
            grows = asyncio.create_task(spoken(client, text(), on_piece=lambda *what: told.append(what)))
            await until(lambda: first.waiting == 2)
            await until(lambda: max(len(heard[0]) for heard in first.heard) == 2)
        with pytest.raises(EngineLost):
            await speaks
        async with serving(second, tmp_path):
            assert len(await waits) == 6 * STEP
            come.set()
            assert len(await grows) == 14 * STEP and [index for index, _ in told] == [0, 1, 2]
        before = {len(pieces[0].text): sampling.seed for pieces, _, _, sampling in first.heard[-2:]}
        after = {len(pieces[0].text): sampling.seed for pieces, _, _, sampling in second.heard[-2:]}
        assert before == after and None not in after.values()

    run(test)


def test_what_was_heard_in_part_is_not_asked_for_again(tmp_path: Path):
    async def test():
        client = patient(tmp_path)
        async with serving(Parrot(step_s=0.01), tmp_path):
            stream = client.speak(LONG, "en", "ana", Sampling())
            await anext(stream)
        async with serving(Parrot(), tmp_path):
            with pytest.raises(EngineLost):
                async for _ in stream:
                    pass

    run(test)


def test_patience_ends(tmp_path: Path):
    async def test():
        for ask in (spoken(patient(tmp_path, 0.3)), patient(tmp_path, 0.3).ready()):
            began = time.monotonic()
            with pytest.raises(EngineUnavailable):
                await ask
            assert 0.3 <= time.monotonic() - began < 2

    run(test)


def test_what_takes_every_engine_down_with_it_is_given_up(tmp_path: Path):
    asked = []

    async def fall(socket: ServerConnection) -> None:
        asked.append(json.loads(await socket.recv())["sampling"]["seed"])
        await socket.close(1011)

    async def test():
        async with unix_serve(fall, str(tmp_path / "engine.sock")):
            with pytest.raises(EngineLost):
                await spoken(patient(tmp_path))
        assert len(asked) == LOSSES + 1 and len(set(asked)) == 1

    run(test)


def test_a_refusal_is_final(tmp_path: Path):
    async def test():
        parrot = Parrot(step_s=0.01)
        async with serving(parrot, tmp_path, queue=1) as impatient:
            client = patient(tmp_path)
            held = [asyncio.create_task(spoken(impatient, LONG)) for _ in range(2)]
            await until(lambda: (parrot.running, parrot.waiting) == (1, 1))
            began = time.monotonic()
            for wish, refusal in (({}, EngineBusy), ({"language": "ja"}, LanguageNotSpoken)):
                with pytest.raises(refusal):
                    await spoken(client, **wish)
            for task in held:
                task.cancel()
            await impatient.unload()
            with pytest.raises(EngineEmpty):
                await client.ready()
            assert time.monotonic() - began < 2
            assert not [heard for heard in parrot.heard if heard[0] == SHORT]

    run(test)
