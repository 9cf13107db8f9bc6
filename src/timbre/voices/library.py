"""All voices: those built into the loaded model, and those cloned here, a folder each under HOME/voices.

A folder holds `voice.json`, its clips named by their content, and the conditioning that each model made of them. It is
made beside its place and moved there whole. Its name is an id of ours, never anything that a user wrote.
"""

import json
import logging
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from timbre.audio.decode import decode
from timbre.engine.protocol import CLIP_RATE, Conditioning
from timbre.errors import BadVoice, BuiltInVoice, TimbreError, UnknownVoice
from timbre.settings import settings
from timbre.store.files import write_whole
from timbre.text.languages import resolve
from timbre.voices.clips import Clip, take
from timbre.voices.preview import preview_text
from timbre.voices.voice import Voice, built_in, stand_in

__all__ = ["Library", "Listener", "Voice", "preview_text"]

log = logging.getLogger(__name__)

ID = re.compile(r"v-[0-9a-f]{12}")
LONGEST_NAME, LONGEST_CONSENT = 80, 2_000
SHOWN = 30  # names that an error lists


class Listener(Protocol):
    """What turns clips into conditioning: `timbre.engine.blocking.Client` is one."""

    def ready(self) -> dict[str, Any]: ...
    def condition(self, clips: Sequence[NDArray[np.float32]]) -> Conditioning: ...


class Library:
    """The voices of one home folder. `stats` is what the engine says of itself: its model's voices are in it."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "voices"

    def all(self, stats: Mapping[str, Any]) -> list[Voice]:
        """The model's own voices first, then the cloned ones from the oldest to the newest."""
        return [*built_in(stats), *self.cloned()]

    def cloned(self) -> list[Voice]:
        """The voices cloned here, from the oldest to the newest."""
        return sorted(
            (_voice(record) for record in self._records()), key=lambda voice: (voice.created_at or "", voice.id)
        )

    def get(self, name: str, stats: Mapping[str, Any]) -> Voice:
        """The voice with that id; else the one that `default` or a name of OpenAI's stands for; else the one so called.

        Raises errors.UnknownVoice.
        """
        voices = self.all(stats)
        if found := next((voice for voice in voices if voice.id == name), None) or stand_in(name, voices):
            return found
        called = [voice for voice in voices if voice.name.casefold() == name.strip().casefold()]
        if len(called) == 1:
            return called[0]
        known = ", ".join(voice.id for voice in voices[:SHOWN]) + (", …" if len(voices) > SHOWN else "")
        raise UnknownVoice(voice=name, known=known or "none yet")

    def add(
        self, name: str, files: Sequence[tuple[str, Path]], language: str, consent: str, engine: Listener | None = None
    ) -> Voice:
        """Clones a voice from recordings, each with its name for people to read.

        consent: what the person agreed to, kept with the voice. engine: hears the clips at once, so that what it cannot
        use is refused here; without one that is done when the voice first speaks.
        Raises errors.BadVoice, UnknownLanguage, and what `clips.take` and the engine raise. Nothing is left then.
        """
        name, consent = _said("name", name, LONGEST_NAME), _said("consent", consent, LONGEST_CONSENT)
        code = resolve(language).code
        clips = take(files, settings().upload_limit_mb)
        heard = None
        if engine is not None:
            heard = (str(engine.ready().get("fingerprint", "")), engine.condition([clip.samples for clip in clips]))
        record = _record(f"v-{secrets.token_hex(6)}", name, code, consent, clips)
        self._keep(record, clips, heard)
        return _voice(record)

    def rename(self, id: str, name: str) -> Voice:
        """Calls a cloned voice something else. Raises errors.UnknownVoice, BadVoice."""
        record = self._read(id) | {"name": _said("name", name, LONGEST_NAME)}
        write_whole(self._place(id) / "voice.json", _json(record))
        return _voice(record)

    def remove(self, id: str, stats: Mapping[str, Any] | None = None) -> None:
        """Deletes a cloned voice with its recordings. Raises errors.UnknownVoice, BuiltInVoice."""
        if id in (stats or {}).get("voices", {}):
            raise BuiltInVoice(voice=id)
        place = self._place(id)
        gone = place.with_name(f".{id}.gone")
        try:
            place.rename(gone)  # from here on nobody sees it, even if deleting is cut short
        except FileNotFoundError:
            raise self._unknown(id) from None
        shutil.rmtree(gone, ignore_errors=True)

    def conditioning(self, voice: Voice, stats: Mapping[str, Any], engine: Listener) -> Conditioning | str:
        """What the engine speaks with: a built-in voice's id, or what the loaded model made of the clips.

        It is kept for each model by its fingerprint. Raises errors.UnknownVoice, and what the engine raises.
        """
        if voice.kind == "built-in":
            return voice.id
        kept = self._place(voice.id) / _conditioning_file(str(stats.get("fingerprint", "")))
        if kept.is_file():
            try:
                return Conditioning.from_file(kept)
            except (TimbreError, OSError):
                log.warning("%s cannot be read and is made again", kept)
        record = self._read(voice.id)
        clips = [decode(self._place(voice.id) / clip["file"], CLIP_RATE) for clip in record["clips"]]
        made = engine.condition(clips)
        write_whole(kept, made.to_bytes())
        return made

    def consent(self, id: str) -> dict[str, str]:
        """What was agreed to, and when it was said: `text`, `at`. Raises errors.UnknownVoice."""
        return dict(self._read(id)["consent"])

    # On disk

    def _place(self, id: str) -> Path:
        """The folder of a cloned voice. Raises errors.UnknownVoice for anything that is no id of ours."""
        if not ID.fullmatch(id):
            raise self._unknown(id)
        return self._folder / id

    def _unknown(self, id: str) -> UnknownVoice:
        return UnknownVoice(voice=id, known=", ".join(voice.id for voice in self.cloned()[:SHOWN]) or "none yet")

    def _read(self, id: str) -> dict[str, Any]:
        try:
            return dict(json.loads((self._place(id) / "voice.json").read_text("utf-8")))
        except (OSError, ValueError):
            raise self._unknown(id) from None

    def _records(self) -> Iterator[dict[str, Any]]:
        for place in self._folder.iterdir() if self._folder.is_dir() else ():
            if ID.fullmatch(place.name):
                try:
                    record = dict(json.loads((place / "voice.json").read_text("utf-8")))
                    _voice(record)
                    yield record
                except (OSError, ValueError, KeyError):
                    log.warning("%s holds no voice that can be read", place)

    def _keep(self, record: Mapping[str, Any], clips: Sequence[Clip], heard: tuple[str, Conditioning] | None) -> None:
        """Writes a voice beside its place, and moves it there whole."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # recordings of people
        new = self._folder / f".{record['id']}.new"
        new.mkdir(mode=0o700)
        try:
            for clip in clips:
                (new / clip.file).write_bytes(clip.flac)
            if heard is not None:
                fingerprint, conditioning = heard
                (new / _conditioning_file(fingerprint)).write_bytes(conditioning.to_bytes())
            write_whole(new / "voice.json", _json(record))
            new.rename(self._folder / record["id"])
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise


def _record(id: str, name: str, language: str, consent: str, clips: Sequence[Clip]) -> dict[str, Any]:
    """What `voice.json` holds."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": id,
        "name": name,
        "language": language,
        "consent": {"text": consent, "at": now},
        "created_at": now,
        "speech_s": round(sum(clip.speech_s for clip in clips), 2),
        "notes": [note for clip in clips for note in clip.notes],
        "clips": [
            {
                "file": clip.file,
                "shown": clip.shown,
                "seconds": round(clip.seconds, 2),
                "speech_s": round(clip.speech_s, 2),
            }
            for clip in clips
        ],
    }


def _voice(record: Mapping[str, Any]) -> Voice:
    return Voice(
        id=record["id"],
        name=record["name"],
        kind="cloned",
        language=record["language"],
        created_at=record["created_at"],
        speech_s=record["speech_s"],
        notes=record["notes"] or None,
    )


def _said(what: str, words: str, longest: int) -> str:
    """A field of the user's, without blanks around it. Raises errors.BadVoice when it is empty or too long."""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    if not words:
        raise BadVoice(reason=f"it has no {what}")
    if len(words) > longest:
        raise BadVoice(reason=f"its {what} has {len(words)} characters; at most {longest} are kept")
    return words


def _conditioning_file(fingerprint: str) -> str:
    return f"conditioning-{re.sub(r'[^0-9A-Za-z]', '', fingerprint) or 'unknown'}.safetensors"


def _json(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, indent=2, ensure_ascii=False).encode() + b"\n"
