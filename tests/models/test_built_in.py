"""The built-in model as it is shipped."""

import json

import numpy as np
import pytest
import torch

from timbre.engine.engine import Engine
from timbre.engine.protocol import Sampling
from timbre.models import catalogue
from timbre.text.plan import plan
from timbre.xtts.checkpoint import load_dvae

LARGEST = 40 * 10**6  # bytes


@pytest.fixture(scope="module")
def mini() -> Engine:
    return Engine.load(catalogue.folder("mini"), "mini", threads=1)


def test_it_ships_whole_and_small() -> None:
    folder = catalogue.folder("mini")
    names = {path.name for path in folder.iterdir()}
    assert {"CARD.md", "config.json", "model.safetensors", "vocab.json", "voices.safetensors", "voices.json"} <= names
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LARGEST


def test_at_least_four_named_voices_that_differ(mini: Engine) -> None:
    voices = mini.voices()
    cards = json.loads((mini.folder / "voices.json").read_text("utf-8"))
    assert voices.keys() == cards.keys()
    assert len(voices) >= 4
    assert len({voice.embedding.tobytes() for voice in voices.values()}) == len(voices)


def test_it_speaks_english_and_stops(mini: Engine) -> None:
    assert mini.languages == ("en",)
    text = "The kettle has just boiled."
    pieces = plan(text, "en", mini.character_limit("en"))
    voice = next(iter(mini.voices().values()))
    wave = np.concatenate(list(mini.speak(pieces, "en", voice, Sampling(seed=1))))
    assert np.isfinite(wave).all()
    assert 0.3 < len(wave) / mini.rate < 8
    assert np.sqrt((wave**2).mean()) > 1e-3


def test_its_dvae_ships_for_fine_tuning(mini: Engine) -> None:
    dvae = load_dvae(mini.folder, mini.model.config.model_args)
    mel = dvae.reconstruct(torch.arange(40)[None] * 20)
    assert mel.shape == (1, 80, 160)
    again = dvae.reconstruct(dvae.codes(mel))
    assert float((again - mel).abs().mean()) < float((mel - mel.mean(2, keepdim=True)).abs().mean())
