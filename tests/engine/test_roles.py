"""Several readers in one speech: each piece by its own voice, language, speed and adapter, in the order of the text."""

from pathlib import Path

import numpy as np
import pytest
from adapters import make_adapter
from hosting import run, serving, spoken

from timbre.engine.engine import Engine
from timbre.engine.protocol import Brought, Role, Sampling, SpeakRequest
from timbre.errors import BadParameter, BadRequest, LanguageNotSpoken, UnknownVoice
from timbre.text.plan import Piece

SEEDED = Sampling(seed=5)
HERS, HIS = "The kettle sang.", "Nobody answered."


@pytest.fixture(scope="module")
def engine(engine_folder: Path) -> Engine:
    return Engine(engine_folder, "tiny", threads=1)


def alone(engine: Engine, piece: Piece, voice: str, sampling: Sampling, adapter: str = "") -> np.ndarray:
    return np.concatenate(list(engine.speak([piece], "en", engine.voices()[voice], sampling, adapter)))


def drained(engine: Engine, speech) -> np.ndarray:
    heard: list[np.ndarray] = []
    while not speech.finished or speech.ready:
        heard += speech.take()
        engine.step()
    return np.concatenate(heard)


def test_each_piece_is_read_as_its_role_would_read_it_alone(engine: Engine):
    voices = engine.voices()
    other = next(name for name in voices if name != "ana")
    pieces = [Piece(HERS, 0.1, before=0.25), Piece(HIS, 0.2, role=1), Piece(HERS, 0.0)]
    roles = [Role("en", voices[other], 0.8)]
    whole = drained(engine, engine.begin(pieces, "en", voices["ana"], SEEDED, roles=roles))
    rate = engine.rate
    parts = [
        np.zeros(int(0.25 * rate)),
        alone(engine, Piece(HERS, 0.0), "ana", SEEDED),
        np.zeros(int(0.1 * rate)),
        alone(engine, Piece(HIS, 0.0), other, Sampling(seed=6, speed=0.8)),
        np.zeros(int(0.2 * rate)),
        alone(engine, Piece(HERS, 0.0), "ana", Sampling(seed=7)),
    ]
    assert len(whole) == sum(map(len, parts))
    np.testing.assert_allclose(whole, np.concatenate(parts), atol=1e-3)


def test_a_role_that_nobody_named_is_refused(engine: Engine):
    with pytest.raises(BadRequest, match="role"):
        engine.begin([Piece(HERS, 0.0, role=1)], "en", engine.voices()["ana"], SEEDED)
    assert not engine.scheduler.speeches


def test_roles_travel_with_their_voices_and_adapters(engine: Engine, tmp_path: Path):
    adapter = make_adapter(engine.model.gpt.args, engine.fingerprint, 1, 2.0)
    adapter.to_file(tmp_path / "tuned.safetensors")
    voices, reads = engine.voices(), []
    other = next(name for name in voices if name != "ana")

    def read() -> bytes:
        reads.append(1)
        return (tmp_path / "tuned.safetensors").read_bytes()

    roles = [Role("en", voices[other]), Role("en", "ana", 1.2, Brought("tuned", read))]
    pieces = [Piece(HERS, 0.1), Piece(HIS, 0.1, role=1), Piece(HERS, 0.0, role=2)]

    heard: list[np.ndarray] = []

    async def twice() -> None:
        async with serving(engine, tmp_path) as client:
            for _ in range(2):
                heard.append(await spoken(client, pieces, sampling=SEEDED, roles=roles))

    run(twice)
    np.testing.assert_array_equal(*heard)
    assert reads == [1]  # once it is held, nobody sends it again
    held = [Role("en", voices[other]), Role("en", voices["ana"], 1.2, "tuned")]
    here = drained(engine, engine.begin(pieces, "en", voices["ana"], SEEDED, roles=held))
    np.testing.assert_allclose(heard[0], here, atol=1e-3)
    engine.adapters.unload("tuned")


@pytest.mark.parametrize(
    ("role", "fault"), [(Role("en", "nobody"), UnknownVoice), (Role("xx", "ana"), LanguageNotSpoken)]
)
def test_what_is_wrong_with_a_role_is_said(engine: Engine, tmp_path: Path, role: Role, fault: type[Exception]):
    async def speak() -> None:
        async with serving(engine, tmp_path) as client:
            await spoken(client, [Piece(HERS, 0.0)], roles=[role])

    with pytest.raises(fault):
        run(speak)


@pytest.mark.parametrize("roles", [[{}], [{"language": 3}], "ana", [{"language": "en", "voice": 3}], [None]])
def test_roles_that_are_none_are_refused(roles):
    with pytest.raises(BadRequest):
        SpeakRequest.from_dict({"language": "en", "voice": "ana", "pieces": [], "roles": roles})


def test_a_speed_that_no_voice_has_is_refused():
    with pytest.raises(BadParameter):
        Role.from_dict({"language": "en", "voice": "ana", "speed": 9.0})
