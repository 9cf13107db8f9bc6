"""`timbre voices`: who can speak, and how a new voice is made."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from timbre.api.schemas import VoiceOut
from timbre.cli import say
from timbre.cli.remote import where
from timbre.cli.told import print_table
from timbre.engine.blocking import Client
from timbre.engine.child import running
from timbre.errors import BadMix, BadVoice, EngineUnavailable, NotAudio, UnknownModel
from timbre.models import catalogue
from timbre.settings import settings
from timbre.store.names import shown_name
from timbre.voices.library import Library, preview_text
from timbre.voices.voice import Voice

Shown = Voice | VoiceOut
"""A voice of the library here, or as a service elsewhere tells of it."""


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what `Library`, the engine and a server raise."""
    asked = _parser().parse_args(argv)
    if asked.server:
        from timbre.cli import voices_there

        return int(getattr(voices_there, asked.does.__name__)(asked))
    library = Library.here(settings())
    return int(asked.does(library, asked))


def list_voices(library: Library, asked: argparse.Namespace) -> int:
    """Prints a line a voice: id, name, kind, language, what is told of it."""
    print_voices(library.all(_stats()))
    return 0


def print_voices(voices: Sequence[Shown]) -> None:
    """A line a voice."""
    if voices:
        print_table([(voice.id, voice.name, voice.kind, voice.language or "", about(voice)) for voice in voices])
    else:
        print("There are no voices yet. Add one with: timbre voices add NAME FILES …", file=sys.stderr)


def print_made(voice: Shown, where: str = "") -> None:
    """What came of making one, its id first."""
    print(f"{voice.id}  {voice.name}: {about(voice)}.")
    print(f'Hear it with: timbre say "Hello." --voice {voice.id}{where}', file=sys.stderr)


def add(library: Library, asked: argparse.Namespace) -> int:
    """Clones a voice, and prints its id."""
    consent = asked.consent or ask_consent(asked.name)
    files = []
    for file in map(Path, asked.files):
        if not file.is_file():
            raise NotAudio(file=file)
        files.append((shown_name(file.name, "The file"), file))
    with Client.from_settings() as client:
        try:
            engine = client if client.stats()["ready"] else None
        except EngineUnavailable:
            engine = None  # it hears the clips when it first speaks with them
        voice = library.add(asked.name, files, asked.language, consent, engine)
    for note in voice.notes or []:
        print(note, file=sys.stderr)
    print_made(voice)
    return 0


def mix(library: Library, asked: argparse.Namespace) -> int:
    """Makes a voice that lies between others, and prints its id."""
    wish = [weighed(part) for part in asked.parts]
    with Client.from_settings() as client:
        try:
            stats, engine = client.stats(), client
        except EngineUnavailable:
            stats, engine = {"ready": False}, None
        if not stats["ready"]:  # it is made when it first speaks
            stats, engine = dict(_stats()), None
        voice = library.mix(asked.name, wish, stats, asked.language, engine)
    print_made(voice)
    return 0


def rename(library: Library, asked: argparse.Namespace) -> int:
    """Calls a voice that was made here something else."""
    stats = _stats()
    voice = library.get(asked.voice, stats)
    library.change(voice.id, stats, name=asked.name)
    return 0


def remove(library: Library, asked: argparse.Namespace) -> int:
    """Deletes a cloned voice with its recordings, or a mix."""
    stats = _stats()
    voice = library.get(asked.voice, stats)
    library.remove(voice.id, stats)
    print(f"{voice.name} is gone" + (", with its recordings." if voice.kind in ("cloned", "tuned") else "."))
    return 0


def preview(library: Library, asked: argparse.Namespace) -> int:
    """Lets a voice read a sentence, as `timbre say` does."""
    with running(lambda line: print(line, file=sys.stderr)) as engine:
        voice = library.get(asked.voice, engine.stats())
        output = ["--output", asked.output] if asked.output else []
        return say.main([preview_text(voice), "--voice", voice.id, "--seed", "0", "--profile", "balanced", *output])


def _stats() -> Mapping[str, Any]:
    """What the engine says of its model's voices; where none runs, what the model's folder says."""
    with Client.from_settings() as client:
        try:
            stats = client.stats()
            if stats["ready"]:
                return stats
        except EngineUnavailable:
            pass
    try:
        return {"voices": catalogue.voice_cards(catalogue.folder(settings().model))}
    except UnknownModel:
        return {}


def about(voice: Shown) -> str:
    """What it is made of, or what is told of it."""
    if voice.about or not voice.parts:
        return voice.about or (f"{voice.speech_s:.1f} s of speech" if voice.speech_s else "")
    return ", ".join(f"{part.weight:.0%} {part.name}" for part in voice.parts)


def weighed(part: str) -> tuple[str, float]:
    """ID=WEIGHT as a voice and its weight. Raises errors.BadMix."""
    voice, _, weight = part.rpartition("=")
    try:
        return voice, float(weight)
    except ValueError:
        raise BadMix(reason=f"'{part}' is not a voice and its weight, such as ana=0.7") from None


def ask_consent(name: str) -> str:
    """Asks for what has to be said before a voice may be cloned. Raises errors.BadVoice where nobody can answer."""
    if not sys.stdin.isatty():
        raise BadVoice(reason="it has no consent; say it with --consent")
    print(f"Cloning {name} needs the agreement of the person whose voice it is.", file=sys.stderr)
    return input("What did they agree to, and when? ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre voices", description="Who can speak.")
    service = where()
    verbs = parser.add_subparsers(required=True, metavar="list|add|mix|preview|rename|remove")
    verbs.add_parser("list", parents=[service], help="all voices").set_defaults(does=list_voices)
    adding = verbs.add_parser("add", parents=[service], help="clone a voice from recordings of one person")
    adding.set_defaults(does=add)
    adding.add_argument("name", help="what to call it")
    adding.add_argument("files", nargs="+", metavar="FILE", help="1 to 10 recordings, at least 3 s of speech together")
    adding.add_argument("--language", default="en", help="the language that is spoken in them (default: en)")
    adding.add_argument("--consent", help="what the person agreed to; kept with the voice")
    mixing = verbs.add_parser("mix", parents=[service], help="make a voice that lies between others")
    mixing.set_defaults(does=mix)
    mixing.add_argument("name", help="what to call it")
    mixing.add_argument("parts", nargs="+", metavar="ID=WEIGHT", help="two to five voices, such as ana=0.7 davi=0.3")
    mixing.add_argument("--language", help="its own language (default: that of its heaviest part)")
    hearing = verbs.add_parser("preview", parents=[service], help="hear a voice")
    hearing.set_defaults(does=preview)
    hearing.add_argument("voice", help="its id or name")
    hearing.add_argument("-o", "--output", metavar="FILE", help="file to write; without it the audio plays")
    renaming = verbs.add_parser("rename", parents=[service], help="call a voice that was made here something else")
    renaming.set_defaults(does=rename)
    renaming.add_argument("voice", help="its id or name")
    renaming.add_argument("name", help="what to call it from now on")
    removing = verbs.add_parser("remove", parents=[service], help="delete a cloned voice with its recordings, or a mix")
    removing.set_defaults(does=remove)
    removing.add_argument("voice", help="its id or name")
    return parser
