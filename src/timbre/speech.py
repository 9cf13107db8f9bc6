"""From what a user asks for to what the engine is told: the one way that the API and the command line share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from timbre import profiles
from timbre.casting import AUTO, Cast, Reader, check_voice, choose_language, parts_of
from timbre.engine.blocking import Client
from timbre.engine.protocol import Brought, Conditioning, Role, Sampling
from timbre.errors import ModelNotLoaded, UnknownModel
from timbre.models import catalogue
from timbre.store.database import Database
from timbre.text.growing import Growing
from timbre.text.plan import Piece
from timbre.text.pronunciations import Dictionary, nothing_of
from timbre.voices.library import Library, Voice


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish for speech. What is None is for us to choose: the voice's language, the loaded model.

    voice: by its id or name, or itself. markup: how the text may say who reads it, one of `casting.MARKUPS`. sampling:
    the parameters of `Sampling` that were asked for; the others are as the profile has them (`profiled`), by its id or
    name, and those it leaves out as the model's configuration has them.
    """

    text: str
    voice: str | Voice = "default"
    language: str | None = None
    model: str | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None  # None: the default one
    markup: str = AUTO
    dialogue: str | None = None  # the voice that reads what is said in quotation marks; None: the one that reads all


@dataclass(frozen=True, slots=True)
class Utterance:
    """Everything that the engine needs. The seed is set, so that the same can be had again."""

    pieces: list[Piece]
    language: str
    voice: Conditioning | str  # a built-in one by its name
    sampling: Sampling
    adapter: Brought | None = None  # of a fine-tuned voice
    roles: tuple[Role, ...] = ()  # who else reads: a piece of role 1 is read by the first of them


def profiled(asked: Asked, database: Database) -> Asked:
    """The wish with its profile's parameters below those that were asked for. Raises errors.UnknownProfile."""
    profile, sampling = profiles.sampling_of(database, asked.profile)
    return replace(asked, profile=profile, sampling={**sampling, **asked.sampling})


def prepare(
    asked: Asked, stats: Mapping[str, Any], engine: Client, library: Library, dictionary: Dictionary = nothing_of
) -> Utterance:
    """Checks a wish against what a ready engine holds, finds the voice, and plans the text.

    dictionary: of pronunciations, put into the text first.

    The engine itself is asked only when a voice has to be heard first. Raises what `casting`, the library and the
    engine raise, and errors.UnknownModel, ModelNotLoaded.
    """
    # first, for a voice may take long to be heard
    readers, pieces = cast(asked, stats, library, dictionary)
    utterance = _silent(asked, readers[0], stats, engine, library)
    roles = tuple(_role(one, utterance.sampling, stats, engine, library) for one in readers[1:])
    return replace(utterance, pieces=pieces, roles=roles)


def cast(
    asked: Asked, stats: Mapping[str, Any], library: Library, dictionary: Dictionary = nothing_of
) -> tuple[list[Reader], list[Piece]]:
    """Who reads what, checked against what a ready engine holds: the same as `prepare`, but no voice is heard."""
    voice = _voice(asked, stats, library)
    aloud = library.get(asked.dialogue, stats).id if asked.dialogue else None
    speed = float(asked.sampling.get("speed") or stats["sampling"]["speed"])
    found = Cast(voice, asked.language, speed, stats, library)
    pieces = found.pieces(parts_of(asked.text, asked.markup, aloud), dictionary)
    return found.readers, pieces


def begin(
    asked: Asked, stats: Mapping[str, Any], engine: Client, library: Library, dictionary: Dictionary = nothing_of
) -> tuple[Utterance, Growing]:
    """The same for a text that is still to come, and what will plan it. Raises the same, save what is said of texts."""
    voice = _voice(asked, stats, library)
    reader = Reader(voice, choose_language(asked.language, voice, stats))
    utterance = _silent(asked, reader, stats, engine, library)
    return utterance, Growing(reader.language, stats["limits"][reader.language], dictionary(reader.language))


def _voice(asked: Asked, stats: Mapping[str, Any], library: Library) -> Voice:
    check_model(asked.model, stats)
    voice = asked.voice if isinstance(asked.voice, Voice) else library.get(asked.voice, stats)
    check_voice(voice, stats)
    return voice


def _silent(asked: Asked, reader: Reader, stats: Mapping[str, Any], engine: Client, library: Library) -> Utterance:
    """An utterance that has nothing to say yet."""
    conditioning = library.conditioning(reader.voice, stats, engine)
    sampling = Sampling.from_dict({**stats["sampling"], **asked.sampling})
    return Utterance([], reader.language, conditioning, sampling.seeded(), library.adapter(reader.voice))


def _role(reader: Reader, sampling: Sampling, stats: Mapping[str, Any], engine: Client, library: Library) -> Role:
    """A reader as the engine is told of one."""
    conditioning = library.conditioning(reader.voice, stats, engine)
    return Role(reader.language, conditioning, sampling.speed * reader.speed, library.adapter(reader.voice) or "")


def check_model(wanted: str | None, stats: Mapping[str, Any]) -> None:
    """Refuses a model that is not loaded, by what can be done about it."""
    loaded = stats["model"]
    if wanted in (None, loaded):
        return
    known = catalogue.names()
    if wanted not in known:
        raise UnknownModel(model=wanted, known=", ".join(known))
    raise ModelNotLoaded(model=wanted, loaded=loaded)
