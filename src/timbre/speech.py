"""From what a user asks for to what the engine is told: the one way that the API and the command line share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from timbre import profiles
from timbre.engine.blocking import Client
from timbre.engine.protocol import Brought, Conditioning, Sampling
from timbre.errors import LanguageNotSpoken, ModelChanged, ModelNotLoaded, UnknownModel, VoiceNeedsModel
from timbre.models import catalogue
from timbre.store.database import Database
from timbre.text.growing import Growing
from timbre.text.languages import resolve
from timbre.text.plan import Piece, plan
from timbre.text.pronunciations import Dictionary, nothing_of
from timbre.voices.library import Library, Voice


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish for speech. What is None is for us to choose: the voice's language, the loaded model.

    voice: by its id or name, or itself. sampling: the parameters of `Sampling` that were asked for; the others are as
    the profile has them (`profiled`), by its id or name, and those it leaves out as the model's configuration has them.
    """

    text: str
    voice: str | Voice = "default"
    language: str | None = None
    model: str | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None  # None: the default one


@dataclass(frozen=True, slots=True)
class Utterance:
    """Everything that the engine needs. The seed is set, so that the same can be had again."""

    pieces: list[Piece]
    language: str
    voice: Conditioning | str  # a built-in one by its name
    sampling: Sampling
    adapter: Brought | None = None  # of a fine-tuned voice


def profiled(asked: Asked, database: Database) -> Asked:
    """The wish with its profile's parameters below those that were asked for. Raises errors.UnknownProfile."""
    profile, sampling = profiles.sampling_of(database, asked.profile)
    return replace(asked, profile=profile, sampling={**sampling, **asked.sampling})


def prepare(
    asked: Asked, stats: Mapping[str, Any], engine: Client, library: Library, dictionary: Dictionary = nothing_of
) -> Utterance:
    """Checks a wish against what a ready engine holds, finds the voice, and plans the text.

    dictionary: of pronunciations, put into the text first.

    The engine itself is asked only when a voice has to be heard first. Raises what `timbre.text.plan.plan`, the library
    and the engine raise, and errors.UnknownModel, ModelNotLoaded, VoiceNeedsModel, ModelChanged, UnknownLanguage,
    LanguageNotSpoken.
    """
    voice, language = _choose(asked, stats, library)
    # first, for a voice may take long to be heard
    pieces = plan(asked.text, language, stats["limits"][language], dictionary(language))
    return replace(_silent(asked, voice, language, stats, engine, library), pieces=pieces)


def begin(
    asked: Asked, stats: Mapping[str, Any], engine: Client, library: Library, dictionary: Dictionary = nothing_of
) -> tuple[Utterance, Growing]:
    """The same for a text that is still to come, and what will plan it. Raises the same, save what is said of texts."""
    voice, language = _choose(asked, stats, library)
    utterance = _silent(asked, voice, language, stats, engine, library)
    return utterance, Growing(language, stats["limits"][language], dictionary(language))


def _choose(asked: Asked, stats: Mapping[str, Any], library: Library) -> tuple[Voice, str]:
    check_model(asked.model, stats)
    voice = asked.voice if isinstance(asked.voice, Voice) else library.get(asked.voice, stats)
    check_voice(voice, stats)
    return voice, choose_language(asked.language, voice, stats)


def _silent(
    asked: Asked, voice: Voice, language: str, stats: Mapping[str, Any], engine: Client, library: Library
) -> Utterance:
    """An utterance that has nothing to say yet."""
    conditioning = library.conditioning(voice, stats, engine)
    sampling = Sampling.from_dict({**stats["sampling"], **asked.sampling})
    return Utterance([], language, conditioning, sampling.seeded(), library.adapter(voice))


def check_voice(voice: Voice, stats: Mapping[str, Any]) -> None:
    """Refuses a fine-tuned voice that the loaded model cannot speak as. Raises errors.VoiceNeedsModel, ModelChanged."""
    if voice.speaks(stats):
        return
    if voice.model == stats["model"]:
        raise ModelChanged(voice=voice.name, model=voice.model)
    raise VoiceNeedsModel(voice=voice.name, model=voice.model, loaded=stats["model"])


def check_model(wanted: str | None, stats: Mapping[str, Any]) -> None:
    """Refuses a model that is not loaded, by what can be done about it."""
    loaded = stats["model"]
    if wanted in (None, loaded):
        return
    known = catalogue.names()
    if wanted not in known:
        raise UnknownModel(model=wanted, known=", ".join(known))
    raise ModelNotLoaded(model=wanted, loaded=loaded)


def choose_language(wanted: str | None, voice: Voice, stats: Mapping[str, Any]) -> str:
    """The language to read in: the one asked for, else the voice's own, else the model's first."""
    spoken: list[str] = stats["languages"]
    if wanted is None:
        return voice.language if voice.language in spoken else spoken[0]
    language = resolve(wanted)
    if language.code in spoken:
        return language.code
    speakers = [name for name in catalogue.names() if language.code in catalogue.languages(name)]
    # what can be installed speaks every language of the table, which is XTTS-v2's own
    verb, name = ("load", speakers[0]) if speakers else ("install", catalogue.INSTALLABLE[0])
    advice = f"{name} does: timbre models {verb} {name}"
    raise LanguageNotSpoken(model=stats["model"], language=language.name, advice=advice)
