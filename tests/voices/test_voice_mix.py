"""Mixing voices: what the model hears of a mix, and what becomes of it when a part goes."""

from pathlib import Path

import numpy as np
import pytest
from libraries import files_of
from running import random_voice

from timbre.engine.protocol import Conditioning
from timbre.errors import BadMix, BadVoice, BuiltInVoice, MixPartGone, TimbreError, UnknownLanguage, UnknownVoice
from timbre.voices.library import Library
from timbre.voices.mix import blend
from timbre.voices.voice import Voice

WIDTH = 8
NAMES = ("ana", "bruno", "clara", "davi", "elisa", "fabio")
CARDS = {name: {"name": name.capitalize(), "language": "pt" if name == "bruno" else "en"} for name in NAMES}


class Model:
    """Stands in for an engine with built-in voices; `number` tells its voices from another's."""

    def __init__(self, number: int = 0, names: tuple[str, ...] = NAMES) -> None:
        self.own = {name: random_voice(100 * number + place, WIDTH) for place, name in enumerate(names)}
        self.stats = {"fingerprint": f"model{number}", "voices": {name: CARDS[name] for name in names}}
        self.clone = random_voice(100 * number + 50, WIDTH)
        self.asked = 0

    def ready(self) -> dict:
        return self.stats

    def voices(self) -> dict[str, Conditioning]:
        self.asked += 1
        return self.own

    def condition(self, clips) -> Conditioning:
        return self.clone


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def maria(library: Library, model: Model, tmp_path: Path) -> Voice:
    """A cloned voice."""
    from recordings import file_of, speech

    (tmp_path / "tape.wav").write_bytes(file_of(speech(), 22_050))
    return library.add("Maria", [("tape.wav", tmp_path / "tape.wav")], "en", "She agreed on 3 May.", model)


def heard(library: Library, voice: Voice, model: Model) -> Conditioning:
    found = library.conditioning(voice, model.stats, model)
    assert isinstance(found, Conditioning)
    return found


def alike(one: Conditioning, other: Conditioning, within: float = 1e-5) -> bool:
    return np.allclose(one.latents, other.latents, atol=within) and np.allclose(
        one.embedding, other.embedding, atol=within
    )


# What the model hears


def test_latents_are_the_weighted_mean_and_the_embedding_has_the_length_of_a_single_one():
    one, other = random_voice(1, WIDTH), random_voice(2, WIDTH)
    made = blend([(one, 3), (other, 1)])
    assert np.allclose(made.latents, 0.75 * one.latents + 0.25 * other.latents, atol=1e-6)
    plain = 0.75 * one.embedding + 0.25 * other.embedding
    assert np.linalg.norm(plain) < 0.85, "the plain mean of unlike voices is short"
    assert np.linalg.norm(made.embedding) == pytest.approx(1, abs=1e-6)
    assert np.allclose(made.embedding, plain / np.linalg.norm(plain), atol=1e-6)
    assert made.latents.dtype == made.embedding.dtype == np.float32


@pytest.mark.parametrize("tiny", [1e-6, 1e-300, 5e-324])
def test_beside_a_tiny_weight_it_is_its_main_part(tiny: float):
    one, other = random_voice(1, WIDTH), random_voice(2, WIDTH)
    shorter = Conditioning(one.latents, one.embedding * np.float32(0.9))  # as a voice of several clips is
    for main in (one, shorter):
        assert alike(blend([(main, 1), (other, tiny)]), main)


def test_only_the_ratios_of_weights_count():
    one, other = random_voice(1, WIDTH), random_voice(2, WIDTH)
    for large in (2, 1e6, 1.5e308):
        assert alike(blend([(one, large), (other, large)]), blend([(one, 0.5), (other, 0.5)]), 1e-7)


def test_voices_that_cancel_out_are_still_numbers():
    one = random_voice(1, WIDTH)
    made = blend([(one, 1), (Conditioning(-one.latents, -one.embedding), 1)])
    assert np.isfinite(made.embedding).all()


# Keeping one


def test_a_mix_is_a_voice_with_its_recipe_and_the_consent_of_its_parts(library, model, maria, tmp_path):
    mix = library.mix(" Narrator\n", [("maria", 3), ("ana", 1)], model.stats, None, model)
    assert (mix.name, mix.kind, mix.language, mix.speech_s) == ("Narrator", "mixed", "en", None)
    assert [(part.id, part.name, part.weight) for part in mix.parts or ()] == [
        (maria.id, "Maria", 0.75), ("ana", "Ana", 0.25),
    ]  # fmt: skip
    assert library.all(model.stats)[-1] == mix == library.get("narrator", model.stats)
    assert alike(heard(library, mix, model), blend([(model.clone, 3), (model.own["ana"], 1)]))
    assert len(files_of(tmp_path / "home", ".flac")) == 1, "Maria's"
    recipe = (library._shelf.read(mix.id) or {})["parts"]
    assert recipe[0]["consent"]["text"] == "She agreed on 3 May." and "consent" not in recipe[1]


def test_its_language_is_that_of_its_heaviest_part_or_the_one_asked_for(library, model):
    assert library.mix("A", [("ana", 1), ("bruno", 2)], model.stats).language == "pt"
    assert library.mix("A", [("ana", 1), ("bruno", 2)], model.stats, "es").language == "es"


def test_without_an_engine_it_is_made_when_it_first_speaks_and_once_for_each_model(library, model):
    mix = library.mix("A", [("ana", 1), ("bruno", 1)], model.stats)
    assert model.asked == 0
    first, other = heard(library, mix, model), Model(1)
    assert alike(heard(library, mix, model), first, 0) and model.asked == 1
    second = heard(library, mix, other)
    assert alike(second, blend([(other.own["ana"], 1), (other.own["bruno"], 1)])) and not alike(first, second)


def test_a_draft_is_heard_and_leaves_nothing(library, model, tmp_path):
    draft = library.draft([("ana", 1), ("bruno", 1)], model.stats)
    kept = library.mix("A", [("ana", 1), ("bruno", 1)], model.stats, None, model)
    assert alike(heard(library, draft, model), heard(library, kept, model), 0)
    assert library.made() == [kept]


def test_a_mix_of_mixes_is_a_mix_of_their_parts(library, model):
    inner = library.mix("Inner", [("ana", 1), ("bruno", 3)], model.stats, None, model)
    outer = library.mix("Outer", [(inner.id, 1), ("ana", 1)], model.stats, None, model)
    assert {part.id: part.weight for part in outer.parts or ()} == pytest.approx({"ana": 0.625, "bruno": 0.375})
    library.remove(inner.id)
    other = Model(1)
    assert alike(heard(library, outer, other), blend([(other.own["ana"], 5), (other.own["bruno"], 3)]))


# When a part goes


def test_a_part_can_be_deleted_and_the_mix_speaks_on_with_the_models_it_was_made_for(library, model, maria):
    mix = library.mix("A", [(maria.id, 1), ("ana", 1)], model.stats, None, model)
    before, other = heard(library, mix, model), Model(1)
    library.remove(maria.id)
    assert alike(heard(library, mix, model), before, 0)
    with pytest.raises(MixPartGone, match=r"'A'.*'Maria'") as raised:
        library.conditioning(mix, other.stats, other)
    assert raised.value.status == 409
    with pytest.raises(MixPartGone, match="Maria"):
        library.mix("B", [(mix.id, 1), ("bruno", 1)], model.stats, None, model)


def test_a_model_without_a_built_in_part_says_so(library, model):
    mix = library.mix("A", [("ana", 1), ("bruno", 1)], model.stats, None, model)
    other = Model(1, names=("ana",))
    with pytest.raises(MixPartGone, match="Bruno"):
        library.conditioning(mix, other.stats, other)


# Refusals and changes


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ([("ana", 1)], BadMix),
        ([], BadMix),
        ([(name, 1) for name in NAMES], BadMix),
        ([("ana", 1), ("bruno", 0)], BadMix),
        ([("ana", 1), ("bruno", -1)], BadMix),
        ([("ana", 1), ("bruno", float("nan"))], BadMix),
        ([("ana", 1), ("bruno", float("inf"))], BadMix),
        ([("ana", 1), ("ana", 2)], BadMix),
        ([("ana", 1), ("default", 2)], BadMix),
        ([("ana", 1), ("nobody", 2)], UnknownVoice),
    ],
)
def test_a_wrong_wish_leaves_nothing(library, model, tmp_path, wish, fault: type[TimbreError]):
    with pytest.raises(fault) as raised:
        library.mix("A", wish, model.stats, None, model)
    assert raised.value.status == (404 if fault is UnknownVoice else 422)
    assert library.made() == [] and not files_of(tmp_path / "home")


@pytest.mark.parametrize("change", [{"name": " "}, {"name": "x" * 81}, {"language": "xx"}])
def test_the_same_names_as_for_clones(library, model, change: dict):
    wish = {"name": "A", "wish": [("ana", 1), ("bruno", 1)], "stats": model.stats} | change
    with pytest.raises(UnknownLanguage if "language" in change else BadMix):
        library.mix(**wish)


def test_what_is_told_of_it_can_be_changed(library, model):
    mix = library.mix("A", [("ana", 1), ("bruno", 1)], model.stats, None, model)
    changed = library.change(mix.id, model.stats, name="B", language="pt-BR", about=" Deep. ")
    assert (changed.name, changed.language, changed.about) == ("B", "pt", "Deep.")
    assert library.change(mix.id, about="") == library.get("b", model.stats) and library.made()[0].about is None
    assert library.made()[0].parts == mix.parts
    with pytest.raises(BadVoice):
        library.change(mix.id, about="x" * 201)
    with pytest.raises(BuiltInVoice):
        library.change("ana", model.stats, name="B")
