"""Our voices as Home Assistant has them, and the voice that it means.

It names a voice and never a language: whoever picks a language is shown the voices that have it, and sends the name of
one. So a voice is there once for each language that it can read: as `ana` for its own, as `ana@pt` for another.
"""

from collections.abc import Mapping
from typing import Any

from wyoming.info import Attribution, Info, TtsProgram, TtsVoice

from timbre import __version__
from timbre.casting import choose_language
from timbre.errors import NoSuchSpeaker, UnknownVoice
from timbre.text.languages import LANGUAGES, resolve
from timbre.voices.library import Library, Voice
from timbre.voices.voice import DEFAULT
from timbre.wyoming.wire import Wish

IN = "@"
"""Stands between a voice and the language that it is to read."""

OURS = Attribution(name="Timbre", url="")
TAGS = {"pt": ["pt", "pt-BR"], "zh-cn": ["zh-CN"]}
"""How Home Assistant names a language, where that is not by our code. It takes no other tag, so there may be two."""


def info(stats: Mapping[str, Any], library: Library) -> Info:
    """What a client is told of us. stats: of a ready engine."""
    voices = [listed(voice, code, stats) for voice in _able(stats, library) for code in stats["languages"]]
    program = TtsProgram(
        name="Timbre",
        description="A voice service of your own",
        attribution=OURS,
        installed=True,
        version=__version__,
        voices=voices,
        supports_synthesize_streaming=True,
    )
    return Info(tts=[program])


def listed(voice: Voice, code: str, stats: Mapping[str, Any]) -> TtsVoice:
    """A voice for one language. It shows from which it comes when that is another."""
    own = choose_language(None, voice, stats)
    about = f": {voice.about}" if voice.about else ""
    origin = f" ({LANGUAGES[own].name})" if code != own and own in LANGUAGES else ""
    return TtsVoice(
        name=voice.id if code == own else f"{voice.id}{IN}{code}",
        description=f"{voice.name}{origin}{about}",
        attribution=OURS,
        installed=True,
        version=None,
        languages=TAGS.get(code, [code]),
    )


def choose(wish: Wish, stats: Mapping[str, Any], library: Library) -> tuple[Voice, str | None]:
    """The voice that is meant, and the language where one is named; a language alone has a voice of its own.

    Raises errors.UnknownVoice, UnknownLanguage, NoSuchSpeaker.
    """
    name, language = wish.name or DEFAULT, wish.language or None
    try:
        voice = library.get(name, stats)
    except UnknownVoice:
        name, _, tag = name.rpartition(IN)
        if not name:
            raise
        voice, language = library.get(name, stats), language or tag
    if not wish.name and language:
        code = resolve(language).code
        voice = next((one for one in _able(stats, library) if one.language == code), voice)
    if wish.speaker and wish.speaker not in (voice.id, voice.name):
        raise NoSuchSpeaker(voice=voice.id, speaker=wish.speaker)
    return voice, language


def _able(stats: Mapping[str, Any], library: Library) -> list[Voice]:
    """The voices that the loaded model speaks with."""
    return [voice for voice in library.all(stats) if voice.speaks(stats)]
