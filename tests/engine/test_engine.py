"""The engine in one's own process: pieces of text to audio."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from timbre.engine.engine import Engine
from timbre.engine.lengths import lengths
from timbre.engine.protocol import Conditioning, Sampling
from timbre.engine.utterance import Speech
from timbre.errors import BadRequest, ClipTooShort
from timbre.text.plan import Piece
from timbre.xtts.config import ModelArgs

HELLO = Piece("The kettle sang.", 0.25)
CODE = 1024 / 22_050 * 24_000  # samples


@pytest.fixture(scope="module")
def engine(engine_folder: Path) -> Engine:
    return Engine.load(engine_folder, "tiny", threads=1)


def speak(engine: Engine, *pieces: Piece, voice: str = "ana", **sampling: float) -> np.ndarray:
    asked = Sampling(**{"seed": 5, **sampling})  # type: ignore[arg-type]
    return np.concatenate(list(engine.speak(pieces, "en", engine.voices()[voice], asked)))


def test_same_seed_same_audio_and_another_seed_another(engine: Engine) -> None:
    assert np.array_equal(speak(engine, HELLO), speak(engine, HELLO))
    assert not np.array_equal(speak(engine, HELLO)[:2000], speak(engine, HELLO, seed=6)[:2000])


def test_the_voice_decides_the_audio(engine: Engine) -> None:
    assert not np.array_equal(speak(engine, HELLO)[:2000], speak(engine, HELLO, voice="bruno")[:2000])


def test_audio_is_as_long_as_its_codes_and_speed_shortens_it(engine: Engine) -> None:
    fewest, most = lengths(HELLO.text, engine.model.config.model_args)
    plain = len(speak(engine, HELLO))
    assert fewest * CODE - 256 <= plain <= most * CODE + 256
    assert len(speak(engine, HELLO, speed=2.0)) == pytest.approx(plain / 2, rel=0.03)


def test_pieces_come_in_order_with_their_pauses_and_none_at_the_end(engine: Engine) -> None:
    first, second = HELLO, Piece("Nobody answered.", 0.25)
    both = speak(engine, first, second)
    alone = speak(engine, first)
    pause = int(0.25 * engine.rate)
    assert np.array_equal(both[: len(alone)], alone)
    assert not both[len(alone) : len(alone) + pause].any()
    assert both[len(alone) + pause :].any()


def test_no_pieces_are_no_sound(engine: Engine) -> None:
    assert not list(engine.speak([], "en", engine.voices()["ana"], Sampling()))
    assert engine.idle


def heard(engine: Engine, speech: Speech) -> list[np.ndarray]:
    """What is said until there is nothing more to be said for now."""
    parts = []
    while not (speech.finished or speech.hungry):
        engine.step()
        parts += speech.take()
    return parts


def test_pieces_that_come_one_by_one_sound_as_if_they_had_come_at_once(engine: Engine) -> None:
    first, second, third = HELLO, Piece("Nobody answered.", 0.25), Piece("The door closed.", 0.25)
    voice, sampling = engine.voices()["ana"], Sampling(seed=5)
    speech = engine.begin([], "en", voice, sampling, more=True)
    assert engine.idle and engine.waiting == 0
    parts: list[np.ndarray] = []
    for pieces in ([first], [second, third]):
        engine.extend(speech, pieces)
        parts += heard(engine, speech)
        assert engine.idle and not speech.finished
    engine.close(speech)
    assert speech.finished
    engine.step()
    whole = speak(engine, first, second, third)
    samples = np.concatenate(parts)
    assert len(samples) == len(whole) and np.abs(samples - whole).max() <= 1 / 32768


def test_it_tells_at_which_sample_each_piece_begins(engine: Engine) -> None:
    speech = engine.begin([HELLO, HELLO], "en", engine.voices()["ana"], Sampling(seed=5))
    heard(engine, speech)
    alone = speak(engine, HELLO)
    assert speech.starts == [0, len(alone) + int(0.25 * engine.rate)]


def test_it_can_be_left_between_two_codes(engine: Engine) -> None:
    speech = engine.begin([HELLO, HELLO], "en", engine.voices()["ana"], Sampling(seed=1))
    engine.step()
    assert engine.running == 2
    engine.cancel(speech)
    assert engine.idle and engine.running == 0
    engine.step()
    assert not speech.take()


def test_a_voice_of_another_model_is_refused(engine: Engine) -> None:
    other = replace(engine.voices()["ana"], latents=np.zeros((32, 1024), np.float32))
    with pytest.raises(BadRequest, match="another model"):
        next(engine.speak([HELLO], "en", other, Sampling()))


def test_clips_become_a_voice_and_a_glimpse_does_not(engine: Engine) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * 22_050).astype(np.float32)
    voice = engine.condition([noise])
    assert isinstance(voice, Conditioning)
    assert voice.latents.shape == (32, 64)
    assert np.linalg.norm(voice.embedding) == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(ClipTooShort):
        engine.condition([noise[:2000]])


def test_most_codes_never_pass_the_position_table() -> None:
    args = ModelArgs()
    fewest, most = lengths("word " * 1000, args)
    assert fewest < most == args.gpt_max_audio_tokens
    assert lengths("?", args)[0] == 0


def test_the_studio_voices_beside_public_weights_are_built_in(engine_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    folder.mkdir()
    for name in ("config.json", "model.pth", "vocab.json"):
        (folder / name).symlink_to(engine_folder / name)
    studio = {"Ana Florence": {"gpt_cond_latent": torch.ones(1, 32, 64), "speaker_embedding": torch.ones(1, 512, 1)}}
    torch.save(studio, folder / "speakers_xtts.pth")
    voices = Engine.load(folder, "public", threads=1).voices()
    assert voices.keys() == {"ana-florence"}
    assert voices["ana-florence"].latents.shape == (32, 64)
    assert voices["ana-florence"].embedding.shape == (512,)
