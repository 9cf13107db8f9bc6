"""The engine's server: many at once, a bounded queue, and an end when the client goes."""

import asyncio
import json
import stat

import numpy as np
import pytest
from hosting import LONG, run, serving, spoken, until
from parrot import STEP, Parrot, voice
from websockets.asyncio.client import unix_connect

from timbre.engine.client import AsyncClient
from timbre.engine.listen import listening
from timbre.engine.protocol import Sampling
from timbre.engine.server import EngineServer
from timbre.errors import (
    BadRequest,
    CannotListen,
    EngineBusy,
    EngineEmpty,
    EngineRefused,
    EngineRunning,
    EngineStarting,
    EngineUnavailable,
    LanguageNotSpoken,
    TimbreError,
    TokenMissing,
    UnknownModel,
    UnknownVoice,
)
from timbre.text.plan import Piece


def test_it_is_ready_only_after_it_has_spoken(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.02)
        server = EngineServer(lambda model: parrot, "parrot", 4)
        client = AsyncClient(tmp_path / "engine.sock")
        async with listening(server.handle, tmp_path / "engine.sock", "", ""):
            start = asyncio.create_task(server.start())
            before = await client.stats()
            assert not before["ready"] and "model" not in before
            with pytest.raises(EngineStarting):
                await spoken(client)
            await start
            assert len(parrot.heard) == 1  # its first words
            assert (await client.stats())["ready"]

    run(test)


def test_it_speaks_what_it_is_given(tmp_path):
    async def test():
        parrot = Parrot()
        async with serving(parrot, tmp_path) as client:
            pieces = [Piece("One.", 0.35), Piece("Two.", 0.0)]
            samples = await spoken(client, pieces, "pt", "bruno", Sampling(seed=5, speed=1.5))
            assert len(samples) == 8 * STEP and samples[0] == np.float32(0.2)
            heard = parrot.heard[-1]
            assert (heard[0], heard[1], heard[3]) == (pieces, "pt", Sampling(seed=5, speed=1.5))
            assert (await spoken(client, who=voice(0.7)))[0] == np.float32(0.7)

    run(test)


def test_it_conditions_on_clips_and_names_its_voices(tmp_path):
    async def test():
        async with serving(Parrot(), tmp_path) as client:
            made = await client.condition([np.zeros(30_000, np.float32), np.zeros(10, np.float32)])
            assert made.latents.flat[0] == pytest.approx(2.03)
            assert sorted(await client.voices()) == ["ana", "bruno"]
            stats = await client.stats()
            assert stats["voices"] == {"ana": {"name": "Ana"}, "bruno": {"name": "Bruno"}}
            assert stats["limits"] == {"en": 200, "pt": 200}

    run(test)


def test_stats_tell_what_there_is_room_for(tmp_path):
    async def test():
        async with serving(Parrot(rows=3), tmp_path, queue=5) as client:
            stats = await client.stats()
            assert (stats["rows"], stats["queue"]) == (3, 5)
            assert stats["cache_mb"] == {"used": 0.0, "limit": 3.0}
            assert 10 < stats["resident_mb"] < 100_000
            await client.unload()
            assert "cache_mb" not in await client.stats()

    run(test)


def test_many_are_spoken_for_at_once_and_stats_answer_meanwhile(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.01, rows=3)
        async with serving(parrot, tmp_path) as client:
            work = [asyncio.create_task(spoken(client, [Piece("x" * 20, 0.0)])) for _ in range(3)]
            await until(lambda: parrot.running == 3)
            stats = await asyncio.wait_for(client.stats(), 0.5)
            assert stats["running"] == 3 and stats["ready"]
            for samples in await asyncio.gather(*work):
                assert len(samples) == 20 * STEP
            assert parrot.most_at_once == 3
            assert parrot.steps < 45  # not one after another
            stats = await client.stats()
            assert stats["utterances"] == 3 and stats["running"] == 0 and stats["audio_s"] == pytest.approx(6.0)

    run(test)


def test_more_than_the_queue_holds_is_refused_at_once(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.01)
        async with serving(parrot, tmp_path, queue=2) as client:
            first = asyncio.create_task(spoken(client, LONG))
            await until(lambda: parrot.running == 1)
            waiting = [asyncio.create_task(spoken(client)) for _ in range(2)]
            while (await client.stats())["waiting"] < 2:
                await asyncio.sleep(0.005)
            with pytest.raises(EngineBusy) as busy:
                await spoken(client)
            assert busy.value.retry_after
            first.cancel()
            await asyncio.gather(*waiting)

    run(test)


def test_a_client_that_leaves_frees_the_batch_within_a_step(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.01)
        async with serving(parrot, tmp_path) as client:
            stream = client.speak(LONG, "en", "ana", Sampling())
            await anext(stream)
            await stream.aclose()
            await until(parrot.quiet.is_set)
            assert parrot.steps < 50
            assert len(await spoken(client)) == 6 * STEP  # and the next one is served

    run(test)


def test_a_client_that_leaves_while_it_waits_is_never_spoken_for(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.01)
        async with serving(parrot, tmp_path) as client:
            first = asyncio.create_task(spoken(client, [Piece("x" * 40, 0.0)]))
            await until(lambda: parrot.running == 1)
            second = asyncio.create_task(spoken(client, [Piece("never", 0.0)]))
            while (await client.stats())["waiting"] < 1:
                await asyncio.sleep(0.005)
            second.cancel()
            await until(lambda: parrot.waiting == 0)
            steps = parrot.steps
            assert len(await first) == 40 * STEP
            assert parrot.steps - steps <= 40

    run(test)


def test_a_step_that_fails_ends_every_speech_with_an_error_and_the_next_is_served(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.01, rows=2)
        async with serving(parrot, tmp_path) as client:
            work = [asyncio.create_task(spoken(client, LONG)) for _ in range(2)]
            await until(lambda: parrot.running == 2)
            parrot.choke = True
            for fault in await asyncio.gather(*work, return_exceptions=True):
                assert isinstance(fault, TimbreError) and fault.code == "internal"
            parrot.choke = False
            assert len(await spoken(client)) == 6 * STEP

    run(test)


def test_another_model_is_loaded_once_nobody_speaks(tmp_path):
    async def test():
        parrot = Parrot(step_s=0.01)
        async with serving(parrot, tmp_path) as client:
            speaking = asyncio.create_task(spoken(client, [Piece("x" * 30, 0.0)]))
            await until(lambda: parrot.running == 1)
            dropped = asyncio.create_task(client.unload())
            await asyncio.sleep(0.05)
            assert not dropped.done()
            assert len(await speaking) == 30 * STEP
            assert not (await dropped)["ready"]

    run(test)


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"language": "ja"}, LanguageNotSpoken),
        ({"who": "nobody"}, UnknownVoice),
    ],
)
def test_what_it_cannot_do_comes_back_as_the_error_itself(tmp_path, wish, error):
    async def test():
        async with serving(Parrot(), tmp_path) as client:
            with pytest.raises(error):
                await spoken(client, **wish)

    run(test)


@pytest.mark.parametrize(
    "message",
    [
        "junk",
        "{}",
        '{"op": "fly"}',
        '{"op": "speak"}',
        '{"op": "condition", "clips": 11}',
        '{"op": "speak", "pieces": 3}',
    ],
)
def test_a_request_that_cannot_be_read_gets_a_sentence(tmp_path, message):
    async def test():
        async with serving(Parrot(), tmp_path), unix_connect(str(tmp_path / "engine.sock")) as socket:
            await socket.send(message)
            assert json.loads(await socket.recv())["error"]["code"] == BadRequest.code

    run(test)


def test_a_model_can_be_loaded_and_dropped(tmp_path):
    async def test():
        async with serving(Parrot(), tmp_path) as client:
            assert not (await client.unload())["ready"]
            with pytest.raises(EngineEmpty):
                await spoken(client)
            with pytest.raises(UnknownModel):
                await client.load("owl")
            assert (await client.load("parrot"))["ready"]
            assert len(await spoken(client)) == 6 * STEP

    run(test)


def test_a_model_that_cannot_be_loaded_leaves_the_one_that_is(tmp_path):
    async def test():
        async with serving(Parrot(), tmp_path) as client:
            with pytest.raises(UnknownModel):
                await client.load("owl")
            assert (await client.stats())["ready"]
            assert len(await spoken(client)) == 6 * STEP

    run(test)


def test_only_this_user_can_open_the_socket_and_it_goes_with_the_server(tmp_path):
    async def test():
        async with serving(Parrot(), tmp_path) as client:
            assert stat.S_IMODE((tmp_path / "engine.sock").stat().st_mode) == 0o600
            with pytest.raises(EngineRunning):
                other = EngineServer(lambda model: Parrot(), "parrot", 1)
                async with listening(other.handle, tmp_path / "engine.sock", "", ""):
                    pass
        assert not (tmp_path / "engine.sock").exists()
        with pytest.raises(EngineUnavailable):
            await client.stats()

    run(test)


def test_an_address_wants_a_token(tmp_path):
    async def test():
        server = EngineServer(lambda model: Parrot(), "parrot", 1)
        with pytest.raises(TokenMissing):
            async with listening(server.handle, tmp_path / "engine.sock", "ws://127.0.0.1:0", ""):
                pass
        async with listening(server.handle, tmp_path / "engine.sock", "ws://127.0.0.1:0", "secret") as listener:
            port = next(iter(listener.sockets)).getsockname()[1]
            await server.start()
            url = f"ws://127.0.0.1:{port}"
            assert (await AsyncClient(tmp_path, [url], "secret").stats())["ready"]
            with pytest.raises(EngineRefused):
                await AsyncClient(tmp_path, [url], "guess").stats()
            nobody = "ws://127.0.0.1:1"
            assert (await AsyncClient(tmp_path, [nobody, url], "secret").stats())["ready"]
            with pytest.raises(EngineUnavailable, match=nobody):
                await AsyncClient(tmp_path, [nobody], "secret").stats()
        server.close()

    run(test)


def test_a_home_too_deep_for_a_socket_is_one_sentence(tmp_path):
    async def test():
        with pytest.raises(CannotListen, match="too long"):
            async with listening(None, tmp_path / ("x" * 100) / "engine.sock", "", ""):
                pass

    run(test)
