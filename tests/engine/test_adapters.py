"""Adapters through the engine's own protocol: loaded, spoken with beside other speeches, and refused by name."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from adapters import make_adapter
from hosting import run, serving, spoken
from safetensors.torch import save_file
from websockets.asyncio.client import unix_connect

from timbre.engine.adapters import Adapters
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.engine.engine import Engine
from timbre.engine.protocol import Brought, Conditioning, Sampling, adapters_folder
from timbre.errors import (
    AdapterElsewhere,
    AdaptersInUse,
    BadCheckpoint,
    BadRequest,
    EngineEmpty,
    FileGone,
    UnknownAdapter,
    WrongBase,
)
from timbre.settings import settings
from timbre.text.plan import Piece
from timbre.xtts import checkpoint
from timbre.xtts.lora import Adapter, merge

PIECES = [Piece("The kettle sang.", 0.1), Piece("Nobody answered.", 0.0)]
SEEDED = Sampling(seed=5)


@pytest.fixture(scope="module")
def engine(engine_folder: Path) -> Engine:
    return Engine(engine_folder, "tiny", threads=1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder with two adapters of the tiny model in it."""
    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path))
    settings.cache_clear()
    adapters_folder(tmp_path).mkdir()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def files(engine: Engine, home: Path) -> dict[str, Adapter]:
    made = {name: make_adapter(engine.model.gpt.args, engine.fingerprint, seed, 2.0) for seed, name in enumerate("ab")}
    for name, adapter in made.items():
        adapter.to_file(adapters_folder(home) / f"{name}.safetensors")
    yield made
    for name in engine.adapters.names:
        engine.adapters.unload(name)


def merged(engine: Engine, adapter: Adapter, folder: Path) -> Engine:
    """An engine of a checkpoint that has the adapter in its weights."""
    shutil.copytree(engine.folder, folder)
    model = checkpoint.load(folder)
    merge(model.gpt, adapter)
    (folder / "model.pth").unlink()
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, folder / "model.safetensors")
    return Engine(folder, "merged", threads=1)


def alone(engine: Engine, adapter: str = "") -> np.ndarray:
    return np.concatenate(list(engine.speak(PIECES, "en", engine.voices()["ana"], SEEDED, adapter)))


def near(ours: np.ndarray, theirs: np.ndarray) -> bool:
    return len(ours) == len(theirs) and float(np.abs(ours - theirs).max()) <= 1e-3


def test_speeches_with_and_without_adapters_go_on_side_by_side(engine: Engine, files: dict[str, Adapter], home: Path):
    async def test() -> list[np.ndarray]:
        async with serving(engine, home) as client:
            for name in files:
                stats = await client.load_adapter(f"{name}.safetensors", name)
            assert stats["adapters"] == ["a", "b"]
            asked = [spoken(client, PIECES, sampling=SEEDED, adapter=name) for name in ("", "a", "b", "a", "")]
            return list(await asyncio.gather(*asked))

    said = asyncio.run(asyncio.wait_for(test(), 60))
    wanted = {"": alone(engine)} | {
        name: alone(merged(engine, adapter, home / name)) for name, adapter in files.items()
    }
    for name, ours in zip(("", "a", "b", "a", ""), said, strict=True):
        assert near(ours, wanted[name])
    assert not near(wanted[""], wanted["a"]) and not near(wanted["a"], wanted["b"])


def test_a_speech_keeps_its_adapter_when_that_is_unloaded_or_exchanged(
    engine: Engine, files: dict[str, Adapter], home: Path
):
    folder = adapters_folder(home)
    engine.adapters.load(folder / "a.safetensors", "voice")
    wanted = alone(engine, "voice")
    speech = engine.begin(PIECES[:1], "en", engine.voices()["ana"], SEEDED, more=True, adapter="voice")
    engine.step()
    engine.adapters.load(folder / "b.safetensors", "voice")
    assert not near(alone(engine, "voice"), wanted)
    engine.adapters.unload("voice")
    engine.extend(speech, PIECES[1:])
    engine.close(speech)
    heard = []
    while not speech.finished:
        engine.step()
        heard += speech.take()
    assert near(np.concatenate(heard), wanted)


def test_what_is_not_held_is_refused_by_name(engine: Engine, files: dict[str, Adapter], home: Path):
    async def test():
        async with serving(engine, home) as client:
            with pytest.raises(UnknownAdapter, match="'a'") as unknown:
                await spoken(client, adapter="a")
            assert (unknown.value.status, unknown.value.advice) == (404, "It holds: none.")
            await client.load_adapter(adapters_folder(home) / "b.safetensors", "b")
            with pytest.raises(UnknownAdapter) as unknown:
                await client.unload_adapter("a")
            assert unknown.value.advice == "It holds: b."
            assert (await client.unload_adapter("b"))["adapters"] == []
            await client.unload()
            with pytest.raises(EngineEmpty):
                await client.load_adapter("a.safetensors", "a")

    run(test)


def test_what_does_not_fit_the_model_is_not_held(engine: Engine, home: Path):
    make_adapter(engine.model.gpt.args, "another").to_file(adapters_folder(home) / "other.safetensors")
    (adapters_folder(home) / "folder").mkdir()

    async def test():
        async with serving(engine, home) as client:
            with pytest.raises(WrongBase):
                await client.load_adapter("other.safetensors", "a")
            for name in ("absent.safetensors", "folder", ""):
                with pytest.raises(BadCheckpoint):
                    await client.load_adapter(name, "a")
            assert (await client.stats())["adapters"] == []

    run(test)


def test_only_the_home_folders_adapters_are_loaded(engine: Engine, files: dict[str, Adapter], home: Path):
    folder = adapters_folder(home)
    outside = home / "outside.safetensors"
    shutil.copyfile(folder / "a.safetensors", outside)
    (folder / "link.safetensors").symlink_to(outside)
    (folder / "circle").symlink_to(folder / "circle")
    neighbour = folder.with_name("adapters-of-others")
    neighbour.mkdir()

    async def test():
        async with serving(engine, home) as client:
            for path in (
                outside,
                "../outside.safetensors",
                folder / ".." / "outside.safetensors",
                "link.safetensors",
                neighbour / "a.safetensors",
                "/etc/passwd",
                "\0",
            ):
                with pytest.raises(AdapterElsewhere):
                    await client.load_adapter(path, "a")
            with pytest.raises((AdapterElsewhere, BadCheckpoint)):
                await client.load_adapter("circle", "a")
            (folder / "deeper").mkdir()
            shutil.copyfile(outside, folder / "deeper" / "a.safetensors")
            assert (await client.load_adapter("deeper/../deeper/a.safetensors", "a"))["adapters"] == ["a"]

    run(test)


def brought(home: Path, name: str, asked: list[str]) -> Brought:
    """One that is brought along; whoever asks for it is noted."""

    def read() -> bytes:
        asked.append(name)
        return (adapters_folder(home) / f"{name}.safetensors").read_bytes()

    return Brought(name, read)


def test_who_brings_an_adapter_is_asked_for_it_once(engine: Engine, files: dict[str, Adapter], home: Path):
    asked: list[str] = []

    async def test() -> list[np.ndarray]:
        async with serving(engine, home) as client:
            a, b = brought(home, "a", asked), brought(home, "b", asked)
            said = await asyncio.gather(
                *(spoken(client, PIECES, sampling=SEEDED, adapter=one) for one in (a, b, "")),
            )
            said.append(await spoken(client, PIECES, sampling=SEEDED, adapter=a))
            return said

    a, b, plain, again = asyncio.run(asyncio.wait_for(test(), 60))
    assert sorted(asked) == ["a", "b"]
    assert near(plain, alone(engine)) and near(a, again)
    assert near(a, alone(engine, "a")) and near(b, alone(engine, "b")) and not near(a, b)


def test_a_text_that_is_still_written_brings_one_too(engine: Engine, files: dict[str, Adapter], home: Path):
    async def text():
        for piece in PIECES:
            await asyncio.sleep(0.01)
            yield piece

    async def test() -> np.ndarray:
        async with serving(engine, home) as client:
            return await spoken(client, text(), sampling=SEEDED, adapter=brought(home, "a", []))

    said = asyncio.run(asyncio.wait_for(test(), 60))
    assert near(said, alone(engine, "a"))


def test_what_is_brought_and_is_no_adapter_of_the_model_is_one_sentence(engine: Engine, home: Path):
    path = adapters_folder(home) / "other.safetensors"
    make_adapter(engine.model.gpt.args, "another").to_file(path)

    def gone() -> bytes:
        raise FileGone(name="it")

    async def test():
        async with serving(engine, home) as client:
            with pytest.raises(WrongBase):
                await spoken(client, adapter=Brought("other", path.read_bytes))
            with pytest.raises(BadCheckpoint):
                await spoken(client, adapter=Brought("junk", lambda: b"junk"))
            with pytest.raises(BadRequest):
                await spoken(client, adapter=Brought("empty", lambda: b""))
            with pytest.raises(FileGone):
                await spoken(client, adapter=Brought("gone", gone))
            with pytest.raises(WrongBase):
                await client.hold_adapter(Brought("other", path.read_bytes))
            assert (await client.stats())["adapters"] == []
            assert len(await spoken(client)) > 0

    run(test)


def test_who_was_not_asked_for_longest_gives_way(engine: Engine, files: dict[str, Adapter], home: Path):
    few = Adapters(engine.model.gpt, engine.fingerprint, 2, engine._spoken)
    whole, engine.adapters = engine.adapters, few
    path = adapters_folder(home) / "a.safetensors"
    try:
        for name in "ab":
            few.load(path, name)
        few.named("a")
        few.load(path, "c")
        assert few.names == ["a", "c"]
        few.load(path, "c")  # the same again takes no place
        speeches = [
            engine.begin(PIECES, "en", engine.voices()["ana"], SEEDED, more=True, adapter=name) for name in "ac"
        ]
        with pytest.raises(AdaptersInUse, match="2 fine-tuned"):
            few.load(path, "d")
        assert few.names == ["a", "c"]
        engine.cancel(speeches[0])
        few.load(path, "d")
        assert few.names == ["c", "d"]
        engine.cancel(speeches[1])
    finally:
        engine.adapters = whole


@pytest.mark.parametrize(
    "wire", [{}, {"load": "a.safetensors"}, {"load": 3, "name": "a"}, {"unload": ""}, {"load": "a", "name": ""}]
)
def test_a_request_that_names_nothing_gets_a_sentence(engine: Engine, home: Path, wire: dict[str, object]):
    async def test():
        async with serving(engine, home), unix_connect(str(home / "engine.sock")) as socket:
            await socket.send(json.dumps({"op": "adapter"} | wire))
            assert json.loads(await socket.recv())["error"]["code"] == BadRequest.code

    run(test)


def test_code_that_waits_has_the_same(engine: Engine, files: dict[str, Adapter], home: Path):
    def ask() -> tuple[list[str], int, list[str]]:
        with Client(AsyncClient(home / "engine.sock")) as client:
            held = client.load_adapter("a.safetensors", "a")["adapters"]
            said = sum(len(part) for part in client.speak(PIECES, "en", "ana", SEEDED, adapter="a"))
            return held, said, client.unload_adapter("a")["adapters"]

    async def test():
        async with serving(engine, home):
            held, said, left = await asyncio.to_thread(ask)
        assert (held, left) == (["a"], [])
        assert said > 10_000

    run(test)


@torch.inference_mode()
def test_the_largest_adapter_that_is_taken_still_makes_numbers(engine: Engine, home: Path):
    args = engine.model.gpt.args
    adapter, path = make_adapter(args, engine.fingerprint), home / "large.safetensors"
    for layer in adapter.layers:
        for pair in layer.values():
            pair.up.mul_(9e3 / (adapter.scale * float(pair.down.norm() * pair.up.norm())))
    adapter.to_file(path)
    engine.adapters.load(path, "large")
    voice: Conditioning = engine.voices()["ana"]
    assert np.isfinite(np.concatenate(list(engine.speak(PIECES, "en", voice, SEEDED, "large")))).all()
    engine.adapters.unload("large")
