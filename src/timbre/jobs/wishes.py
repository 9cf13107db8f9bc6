"""From what somebody asks for to a job, checked as far as can be now: what is wrong is said before anything waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from timbre import profiles, pronunciations, speech, timing
from timbre.casting import AUTO, parts_of
from timbre.engine.protocol import Sampling
from timbre.errors import EmptyText, LongName, TextTooLong, UnknownModel, WrongModelForVoice, WrongVoiceForMode
from timbre.jobs.audio import check_format
from timbre.jobs.submit import Wish, priority_of
from timbre.models import catalogue
from timbre.settings import settings
from timbre.store.database import Database
from timbre.text.languages import resolve
from timbre.voices.library import Library

DUBBING, CLONE = "dubbing", "dubbing_with_clone"
"""The modes: a built-in voice speaks, or one that was made here."""

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Speech as a job. What is None is for us to choose."""

    text: str
    voice: str | None = None
    language: str | None = None
    mode: str | None = None
    model: str | None = None
    profile: str | None = None
    format: str = "wav"
    name: str = ""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    markup: str = AUTO
    dialogue: str | None = None
    word_times: bool = False


def wish_for(
    asked: Asked, stats: Mapping[str, Any] | None, library: Library, database: Database, batched: bool = False
) -> Wish:
    """Checks what is asked for against what the engine holds (None: it cannot be asked now), and fixes what a job must
    not change on its way: the profile's parameters and the seed.

    Raises errors.TextTooLong, EmptyText, UnknownLanguage, LanguageNotSpoken, UnknownVoice, WrongVoiceForMode,
    UnknownFormat, UnknownProfile, UnknownModel, WrongModelForVoice, LongName, NoWordTimes.
    """
    if len(asked.text) > (limit := settings().text_limit):
        raise TextTooLong(length=len(asked.text), limit=limit)
    if not asked.text.strip():
        raise EmptyText()
    if len(asked.name) > LONGEST_NAME:
        raise LongName(longest=LONGEST_NAME)
    format = check_format(asked.format)
    profile, sampling = profiles.sampling_of(database, asked.profile)
    if tuned := library.tuned(asked.voice):  # it waits for its own model
        if asked.model not in (None, tuned.model):
            raise WrongModelForVoice(voice=tuned.name, model=tuned.model, wanted=asked.model)
        asked = replace(asked, voice=tuned.id, model=tuned.model)
    voice_id, language = asked.voice, resolve(asked.language).code if asked.language else None
    if asked.model not in (None, (stats or {}).get("model")):
        if asked.model not in (known := catalogue.names()):
            raise UnknownModel(model=asked.model, known=", ".join(known))
        stats = None  # it will be another model's turn
    if stats is not None:
        wanted = speech.Asked(
            asked.text, asked.voice or "default", asked.language, asked.model, {**sampling, **asked.sampling},
            markup=asked.markup, dialogue=asked.dialogue,
        )  # fmt: skip
        if asked.word_times:
            timing.clock(wanted, asked.language or "en", stats, settings())
        readers, _ = speech.cast(wanted, stats, library, partial(pronunciations.spell, database))
        voice_id, language = readers[0].voice.id, readers[0].language
        _check_mode(asked.mode, readers[0].voice.kind, readers[0].voice.name)
    else:
        parts_of(asked.text, asked.markup)
    manner = Sampling.from_dict({**(stats or {}).get("sampling", {}), **sampling, **asked.sampling}).seeded()
    fixed = {**sampling, **asked.sampling, "seed": manner.seed}
    request: dict[str, Any] = {"sampling": fixed, "markup": asked.markup, "dialogue": asked.dialogue}
    if asked.word_times:
        request |= {"word_times": True}
    return Wish(
        kind="speech",
        priority=priority_of(asked.text, batched),
        name=asked.name,
        text=asked.text,
        language=language,
        voice_id=voice_id,
        model=asked.model,
        profile_id=profile,
        format=format,
        request=request,
    )


def _check_mode(mode: str | None, kind: str, name: str) -> None:
    built_in = kind == "built-in"
    if mode == DUBBING and not built_in:
        raise WrongVoiceForMode(mode=mode, voice=name, kind="was made here", other=CLONE)
    if mode == CLONE and built_in:
        raise WrongVoiceForMode(mode=mode, voice=name, kind="is built in", other=DUBBING)
