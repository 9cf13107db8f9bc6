"""Inputs of a word or three end with their text, also where the model does not know when to stop."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from timbre.engine.alignment import AFTER
from timbre.engine.engine import Engine
from timbre.engine.lengths import lengths
from timbre.engine.loops import LONGEST, LOOP, looped
from timbre.engine.utterance import FADE, Utterance, faded
from timbre.models import catalogue
from timbre.text.plan import plan

INPUTS = ("Yes", "Stop!", "Good morning.", "A", "Thank you all.", "Why?", "Seven red boats")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(catalogue.folder("mini"), "mini", threads=1)


def speak(engine: Engine, text: str, seed: int, guarded: bool = True) -> tuple[Utterance, np.ndarray]:
    voice = engine.voices()["ana"]
    pieces = plan(text, "en", engine.character_limit("en"))
    speech = engine.begin(pieces, "en", voice, replace(engine.sampling(), seed=seed))
    utterance = speech.waiting[0]
    if not guarded:
        utterance.alignment, utterance.guarded, utterance.fewest = None, False, 0
    parts = []
    while not speech.finished or speech.ready:
        parts += speech.take()
        engine.step()
    return utterance, np.concatenate(parts)


@pytest.fixture
def hesitant(engine: Engine) -> Engine:
    """It never wants to stop, as a model that was fine-tuned on recordings padded past their end."""
    stop = engine.model.config.model_args.gpt_stop_audio_token
    bias = engine.model.gpt.mel_head.bias
    kept = float(bias[stop].detach())
    with torch.inference_mode():
        bias[stop] = -1000
    yield engine
    with torch.inference_mode():
        bias[stop] = kept


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("text", INPUTS)
def test_a_model_that_stops_by_itself_is_left_alone(engine: Engine, text: str, seed: int) -> None:
    guarded, sound = speak(engine, text, seed)
    free, wanted = speak(engine, text, seed, guarded=False)
    assert guarded.codes == free.codes and not guarded.cut
    assert np.array_equal(sound, wanted)


@pytest.mark.parametrize("text", INPUTS)
def test_one_that_does_not_is_ended_soon_after_its_text(hesitant: Engine, text: str) -> None:
    ended, sound = speak(hesitant, text, 0)
    assert ended.cut and ended.alignment is not None
    assert ended.alignment.ended and ended.alignment.past == AFTER + 1
    assert len(ended.codes) < lengths(ended.text, hesitant.model.config.model_args)[1]
    assert sound[-1] == 0


def test_without_heads_it_is_ended_at_the_ceiling(hesitant: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hesitant, "heads", ())
    ended, _ = speak(hesitant, "Yes", 0)
    assert ended.alignment is None
    assert len(ended.codes) <= lengths(ended.text, hesitant.model.config.model_args)[1]


def test_letters_that_say_more_take_more_codes(engine: Engine) -> None:
    args = engine.model.config.model_args
    assert lengths("你好", args, "zh-cn")[0] > lengths("ab", args, "en")[0]
    assert lengths("?", args)[0] == 0
    fewest, most = lengths("Hello there.", args)
    assert 0 < fewest < most <= args.gpt_max_audio_tokens


@pytest.mark.parametrize("period", [1, 2, 5, 20, LONGEST])
def test_codes_that_go_round_are_a_loop(period: int) -> None:
    phrase = list(range(100, 100 + period))
    spoken = [*range(30), *phrase, *(phrase * LOOP)[:LOOP]]
    assert looped(spoken) == LOOP
    assert looped(spoken[:-1]) == 0
    assert looped([*spoken, 7]) == 0


def test_codes_that_do_not_are_none() -> None:
    assert looped([]) == looped([1]) == looped(list(range(200))) == 0
    assert looped([5] * LOOP) == 0 and looped([5] * (LOOP + 1)) == LOOP


def test_the_end_of_what_was_cut_is_faded() -> None:
    sound = faded(np.ones(2 * FADE, np.float32))
    assert (sound[:FADE] == 1).all() and sound[-1] == 0
    assert (np.diff(sound[FADE:]) < 0).all()
    assert len(faded(np.ones(3, np.float32))) == 3 and not len(faded(np.zeros(0, np.float32)))
