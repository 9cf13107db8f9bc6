"""Many streams at once: each is what it would be alone, whoever comes and goes beside it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from timbre.engine.engine import Engine
from timbre.engine.protocol import Conditioning, Sampling
from timbre.text.plan import Piece

WORDS = ("the", "kettle", "sang", "while", "nobody", "answered", "and", "a", "door", "closed", "without", "hurry")


@dataclass
class Wish:
    """What one of the many asks for."""

    pieces: list[Piece]
    voice: Conditioning
    sampling: Sampling


@pytest.fixture(scope="module")
def engine(engine_folder: Path) -> Engine:
    return Engine(engine_folder, "tiny", threads=1, rows=24)


def wishes(engine: Engine, count: int) -> list[Wish]:
    """All different: text, voice, length, seed, penalty, temperature, speed."""
    draw = np.random.default_rng(4)
    voices = list(engine.voices().values())
    made = []
    for number in range(count):
        texts = [" ".join(draw.choice(WORDS, int(draw.integers(1, 4)))) for _ in range(1 + number % 4 // 3)]
        sampling = Sampling(
            temperature=float(draw.uniform(0.3, 1.2)),
            top_k=int(draw.integers(5, 200)),
            repetition_penalty=float(draw.uniform(1.0, 8.0)),
            speed=float(draw.choice([0.8, 1.0, 1.0, 1.5])),
            seed=number,
        )
        made.append(Wish([Piece(f"{text}.", 0.1) for text in texts], voices[number % len(voices)], sampling))
    return made


def alone(engine: Engine, wish: Wish) -> np.ndarray:
    return np.concatenate(list(engine.speak(wish.pieces, "en", wish.voice, wish.sampling)))


def together(engine: Engine, many: list[Wish], every: int = 0) -> list[np.ndarray]:
    """All of them side by side, a new one after so many steps (0: all from the first step)."""
    speeches, heard, step = [], [[] for _ in many], 0
    while len(speeches) < len(many) or not engine.idle:
        while len(speeches) < len(many) and step >= every * len(speeches):
            wish = many[len(speeches)]
            speeches.append(engine.begin(wish.pieces, "en", wish.voice, wish.sampling))
        engine.step()
        step += 1
        for place, speech in enumerate(speeches):
            heard[place] += speech.take()
    return [np.concatenate(parts) for parts in heard]


def same(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Within one step of 16 bits."""
    return len(ours) == len(theirs) and float(np.abs(ours - theirs).max()) <= 1 / 32768


@pytest.mark.parametrize("every", [0, 3])
def test_24_streams_are_each_as_alone(engine: Engine, every: int) -> None:
    many = wishes(engine, 24)
    spoken = together(engine, many, every)
    equal = [same(one, alone(engine, wish)) for one, wish in zip(spoken, many, strict=True)]
    assert sum(equal) >= 23


def test_who_leaves_changes_nothing_for_who_stays(engine: Engine) -> None:
    stays, *leave = wishes(engine, 6)
    speech = engine.begin(stays.pieces, "en", stays.voice, stays.sampling)
    others = [engine.begin(wish.pieces, "en", wish.voice, wish.sampling) for wish in leave]
    heard = []
    while not speech.finished:
        engine.step()
        heard += speech.take()
        if others:
            engine.cancel(others.pop())
    assert same(np.concatenate(heard), alone(engine, stays))


@torch.inference_mode()
def test_teacher_forced_logits_do_not_depend_on_the_batch(engine: Engine) -> None:
    gpt, draw = engine.model.gpt, torch.Generator().manual_seed(1)
    codes = torch.randint(0, 1024, (24, 30), generator=draw)
    prefixes = [torch.randn(40 + row, gpt.args.gpt_n_model_channels, generator=draw) for row in range(24)]

    def logits(rows: list[int]) -> torch.Tensor:
        caches = [gpt.empty_cache(len(prefixes[row]) + 31) for row in rows]
        for row, cache in zip(rows, caches, strict=True):
            gpt.prefill(prefixes[row], cache)
        return torch.stack([gpt.mel_head(gpt.step(codes[rows, step], caches)) for step in range(30)], 1)

    whole = logits(list(range(24)))
    for row in range(0, 24, 5):
        assert torch.allclose(whole[row], logits([row])[0], atol=1e-3)


def test_long_text_runs_side_by_side_and_is_heard_in_order(engine: Engine) -> None:
    pieces = [Piece(f"{word} {word} {word}.", 0.0) for word in WORDS[:6]]
    voice, sampling = next(iter(engine.voices().values())), Sampling(seed=3)
    speech = engine.begin(pieces, "en", voice, sampling)
    most = 0
    heard: list[np.ndarray] = []
    while not speech.finished:
        engine.step()
        most = max(most, engine.running)
        heard += speech.take()
    assert most == 6
    parts = [
        np.concatenate(list(engine.speak([piece], "en", voice, Sampling(seed=3 + number))))
        for number, piece in enumerate(pieces)
    ]
    assert same(np.concatenate(heard), np.concatenate(parts))


def test_a_newcomer_is_heard_before_a_long_text_is_through(engine: Engine) -> None:
    voice = next(iter(engine.voices().values()))
    long = engine.begin([Piece("word " * 30, 0.0)] * 20, "en", voice, Sampling(seed=1))
    for _ in range(30):
        engine.step()
    short = engine.begin([Piece("Hello.", 0.0)], "en", voice, Sampling(seed=2))
    while not short.finished:
        engine.step()
    assert not long.finished
    engine.cancel(long)
    assert engine.idle
