"""A speech while it lasts: text that comes in pieces, events, an end before its time, and one client's share."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hosting import LONG, SHORT, run, serving, spoken, until
from parrot import STEP, Parrot
from websockets.asyncio.client import ClientConnection, unix_connect

from timbre.engine import conversation
from timbre.engine.engine import Engine
from timbre.engine.protocol import Sampling, SpeakRequest, samples_from_bytes
from timbre.errors import TooManyStreams
from timbre.text.plan import Piece
from timbre.text.timed import Timed

ONE, TWO, THREE = Piece("One.", 0.1), Piece("Second.", 0.2), Piece("The third.", 0.0)


async def ask(socket: ClientConnection, *pieces: Piece, **more: Any) -> None:
    await socket.send(json.dumps(SpeakRequest(pieces, "en", Sampling(seed=1), "ana", **more).as_dict()))


async def answer(socket: ClientConnection) -> tuple[list[Any], dict]:
    """All that the engine sends until its last word: samples as their number, events as they are."""
    heard: list[Any] = []
    while True:
        message = await socket.recv()
        if isinstance(message, bytes):
            heard.append(len(samples_from_bytes(message)))
        elif "event" in (wire := json.loads(message)):
            heard.append(wire)
        else:
            return heard, wire


def test_a_text_is_spoken_as_it_comes(tmp_path: Path):
    async def test():
        parrot, told, first = Parrot(), [], asyncio.Event()

        async def text() -> AsyncIterator[Piece]:
            yield ONE
            await first.wait()  # nothing more is written before this was heard
            yield TWO
            yield THREE

        async with serving(parrot, tmp_path) as client:
            count = 0
            sampling = Sampling()
            async for part in client.speak(text(), "en", "ana", sampling, on_piece=lambda *what: told.append(what)):
                count += len(part)
                first.set()
            lengths = [len(piece.text) * STEP for piece in (ONE, TWO, THREE)]
            assert count == sum(lengths)
            assert told == [(0, 0), (1, lengths[0]), (2, lengths[0] + lengths[1])]
            assert parrot.heard[-1][0] == [ONE, TWO, THREE]

    run(test)


def test_events_come_before_the_sound_that_they_are_about_and_only_where_they_are_asked_for(tmp_path: Path):
    async def test():
        async with serving(Parrot(), tmp_path):
            for events in (True, False):
                async with unix_connect(str(tmp_path / "engine.sock")) as socket:
                    await ask(socket, Piece("ab", 0.0), Piece("c", 0.0), events=events)
                    heard, last = await answer(socket)
                start = [{"event": "piece", "index": index, "at": at} for index, at in ((0, 0), (1, 2 * STEP))]
                wanted = [start[0], STEP, STEP, start[1], STEP] if events else [STEP] * 3
                assert heard == wanted and last["done"]["samples"] == 3 * STEP and "cancelled" not in last["done"]

    run(test)


def test_an_open_text_costs_nothing_while_there_is_nothing_of_it_to_say(tmp_path: Path):
    async def test():
        parrot = Parrot()
        async with serving(parrot, tmp_path), unix_connect(str(tmp_path / "engine.sock")) as socket:
            await ask(socket, more=True)
            await until(lambda: bool(parrot.hums))
            steps = parrot.steps
            await asyncio.sleep(0.05)
            assert parrot.steps == steps
            await socket.send(json.dumps({"pieces": [{"text": "Hi.", "pause": 0.0}], "end": True}))
            heard, _ = await answer(socket)
            assert heard == [STEP] * 3

    run(test)


def test_a_model_that_is_to_be_loaded_waits_for_an_open_text_and_does_not_hold_it_up(tmp_path: Path):
    async def test():
        async with serving(Parrot(), tmp_path) as client, unix_connect(str(tmp_path / "engine.sock")) as socket:
            await ask(socket, ONE, more=True)
            assert len(samples_from_bytes(await socket.recv())) == STEP
            dropped = asyncio.create_task(client.unload())
            await asyncio.sleep(0.05)
            await socket.send(json.dumps({"pieces": [{"text": TWO.text, "pause": 0.0}]}))
            await socket.send(json.dumps({"end": True}))
            _, last = await answer(socket)
            assert last["done"]["samples"] == (len(ONE.text) + len(TWO.text)) * STEP
            assert not (await dropped)["ready"]

    run(test)


def test_a_text_that_nobody_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(conversation, "SILENT_S", 0.1)

    async def test():
        parrot = Parrot()
        async with serving(parrot, tmp_path), unix_connect(str(tmp_path / "engine.sock")) as socket:
            await ask(socket, ONE, more=True)
            heard, last = await answer(socket)
            assert sum(heard) == len(ONE.text) * STEP and last["error"]["code"] == "text_stopped"
            await until(parrot.quiet.is_set)

    run(test)


@pytest.mark.parametrize("junk", ["junk", '{"pieces": 3}', '{"pieces": [{"text": "x"}]}'])
def test_what_cannot_be_read_ends_the_speech_with_a_sentence(tmp_path: Path, junk: str):
    async def test():
        parrot = Parrot(step_s=0.005)
        async with serving(parrot, tmp_path), unix_connect(str(tmp_path / "engine.sock")) as socket:
            await ask(socket, *LONG, more=True)
            await socket.send(junk)
            _, last = await answer(socket)
            assert last["error"]["code"] == "bad_request"
            await until(parrot.quiet.is_set)

    run(test)


def test_nothing_can_be_added_after_the_end(tmp_path: Path):
    async def test():
        async with serving(Parrot(step_s=0.005), tmp_path), unix_connect(str(tmp_path / "engine.sock")) as socket:
            await ask(socket, *LONG)
            await socket.send(json.dumps({"pieces": [{"text": "More.", "pause": 0.0}]}))
            _, last = await answer(socket)
            assert last["error"]["code"] == "bad_request" and "come to an end" in last["error"]["message"]

    run(test)


def test_a_source_that_breaks_off_stops_the_speech_and_its_fault_is_what_is_heard_of(tmp_path: Path):
    class Broken(Exception): ...

    async def text() -> AsyncIterator[Piece]:
        yield LONG[0]
        await asyncio.sleep(0.05)
        raise Broken

    async def test():
        parrot = Parrot(step_s=0.005)
        async with serving(parrot, tmp_path) as client:
            with pytest.raises(Broken):
                await spoken(client, text())
            await until(parrot.quiet.is_set)
            assert parrot.steps < 200

    run(test)


def test_a_client_has_no_more_than_its_share(tmp_path: Path):
    async def test():
        parrot = Parrot(step_s=0.005)
        async with serving(parrot, tmp_path, per_client=1) as client:
            first = asyncio.create_task(spoken(client, LONG, client="anna"))
            await until(lambda: parrot.running == 1)
            with pytest.raises(TooManyStreams) as refused:
                await spoken(client, client="anna")
            assert refused.value.status == 429 and refused.value.retry_after
            others = [asyncio.create_task(spoken(client, client=who)) for who in ("bert", "", "")]
            await until(lambda: parrot.waiting == 3)
            first.cancel()
            assert [len(samples) for samples in await asyncio.gather(*others)] == [6 * STEP] * 3
            assert len(await spoken(client, SHORT, client="anna")) == 6 * STEP

    run(test)


class Watched(Engine):
    """The real engine, which remembers how many rows it had at each step."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "tiny", threads=1)
        self.rows_at: list[int] = []

    def step(self) -> None:
        self.rows_at.append(self.running)
        super().step()


@pytest.mark.parametrize("how", ["asked to", "hung up"])
def test_a_cancelled_speech_has_no_row_from_the_next_step_on(engine_folder: Path, tmp_path: Path, how: str):
    engine, text = Watched(engine_folder), [Piece("Nobody answered the old door. " * 4, 0.0)]

    async def test():
        async with serving(engine, tmp_path) as client:
            stays = asyncio.create_task(spoken(client, text))
            await until(lambda: engine.running == 1)
            async with unix_connect(str(tmp_path / "engine.sock")) as socket:
                await ask(socket, *text)
                await until(lambda: engine.running == 2)
                steps = len(engine.rows_at)
                if how == "asked to":
                    await socket.send(json.dumps({"cancel": True}))
                    _, last = await answer(socket)
                    assert last["done"]["cancelled"] is True
                    assert (await client.stats())["running"] == 1
            await until(lambda: engine.running == 1)
            assert engine.rows_at[steps:].count(2) <= 2  # the step it was in, and one that began as the word came
            stays.cancel()

    run(test)


def test_who_asks_is_told_when_each_word_is_said(tmp_path: Path):
    async def test():
        told: list[Any] = []
        async with serving(Parrot(), tmp_path) as client:
            assert (await client.stats())["word_times"] is True
            await spoken(client, [ONE, THREE], on_words=lambda *what: told.append(what))
        begin = len(ONE.text) / 10
        assert told == [
            (0, [Timed("One.", 0.0, 0.4)]),
            (1, [Timed("The", begin, begin + 0.3), Timed("third.", begin + 0.4, begin + 1.0)]),
        ]

    run(test)


def test_words_are_told_after_their_sound_and_to_nobody_else(tmp_path: Path):
    async def test():
        async with serving(Parrot(), tmp_path) as client, unix_connect(str(client._sockets[0])) as socket:
            await ask(socket, ONE, TWO, words=True)
            heard, _ = await answer(socket)
            events = [at for at, one in enumerate(heard) if isinstance(one, dict)]
            assert [heard[at]["event"] for at in events] == ["words", "words"]
            assert sum(one for one in heard[: events[0]]) == len(ONE.text) * STEP
        async with serving(Parrot(), tmp_path / "other") as client, unix_connect(str(client._sockets[0])) as socket:
            await ask(socket, ONE, TWO, events=True)
            assert {one["event"] for one in (await answer(socket))[0] if isinstance(one, dict)} == {"piece"}

    run(test)
