"""All voices: those built into the loaded model, and those cloned or mixed here, a folder each under HOME/voices.

A folder holds `voice.json` and the conditioning of each model that spoke with the voice. A cloned voice's has the clips
too, named by their content; a mix has its recipe in `voice.json` instead. It is made beside its place and moved there
whole. Its name is an id of ours, never anything that a user wrote.
"""

import json
import logging
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from timbre.audio.decode import decode
from timbre.engine.protocol import CLIP_RATE, Conditioning
from timbre.errors import BadMix, BuiltInVoice, MixPartGone, TimbreError, UnknownVoice
from timbre.settings import settings
from timbre.store.files import write_whole
from timbre.text.languages import resolve
from timbre.voices import mix
from timbre.voices.clips import Clip, take
from timbre.voices.preview import preview_text
from timbre.voices.record import (
    LONGEST_CONSENT,
    LONGEST_NAME,
    as_json,
    as_voice,
    changed,
    conditioning_file,
    of_clone,
    of_mix,
    said,
)
from timbre.voices.voice import Part, Voice, built_in, stand_in

__all__ = ["Library", "Listener", "Voice", "preview_text"]

log = logging.getLogger(__name__)

ID = re.compile(r"v-[0-9a-f]{12}")
SHOWN = 30  # names that an error lists


class Listener(Protocol):
    """What turns clips into conditioning: `timbre.engine.blocking.Client` is one."""

    def ready(self) -> dict[str, Any]: ...
    def condition(self, clips: Sequence[NDArray[np.float32]]) -> Conditioning: ...
    def voices(self) -> dict[str, Conditioning]: ...


class Library:
    """The voices of one home folder. `stats` is what the engine says of itself: its model's voices are in it."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "voices"

    def all(self, stats: Mapping[str, Any]) -> list[Voice]:
        """The model's own voices first, then those made here from the oldest to the newest."""
        return [*built_in(stats), *self.made()]

    def made(self) -> list[Voice]:
        """The voices cloned and mixed here, from the oldest to the newest."""
        return sorted(
            (as_voice(record) for record in self._records()), key=lambda voice: (voice.created_at or "", voice.id)
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
        name, consent = said("name", name, LONGEST_NAME), said("consent", consent, LONGEST_CONSENT)
        code = resolve(language).code
        clips = take(files, settings().upload_limit_mb)
        heard = None
        if engine is not None:
            heard = (str(engine.ready().get("fingerprint", "")), engine.condition([clip.samples for clip in clips]))
        record = of_clone(f"v-{secrets.token_hex(6)}", name, code, consent, clips)
        self._keep(record, clips, heard)
        return as_voice(record)

    def draft(
        self,
        wish: Sequence[tuple[str, float]],
        stats: Mapping[str, Any],
        language: str | None = None,
        name: str = "mix",
    ) -> Voice:
        """A mix of voices, each named as `get` finds it, with its weight. It can be heard, and `mix` keeps one.

        language: absent: that of the heaviest part. Raises errors.BadMix, UnknownVoice, UnknownLanguage, MixPartGone.
        """
        mix.check([weight for _, weight in wish])  # before any voice is looked for
        parts = mix.recipe([(self.get(voice, stats), weight) for voice, weight in wish])
        known = self._present(name, parts, stats)
        heaviest = max(parts, key=lambda part: part.weight)
        code = resolve(language).code if language is not None else known[heaviest.id].language
        return Voice("", name, "mixed", code, parts=tuple(parts))

    def mix(
        self,
        name: str,
        wish: Sequence[tuple[str, float]],
        stats: Mapping[str, Any],
        language: str | None = None,
        engine: Listener | None = None,
    ) -> Voice:
        """Makes a voice that lies between two to five others, each with its weight.

        engine: makes the conditioning at once, so that the mix stays what it is for this model when a part is deleted;
        without one that is done when it first speaks. Raises what `draft` and the engine raise.
        """
        voice = self.draft(wish, stats, language, said("name", name, LONGEST_NAME, BadMix))
        heard = None
        if engine is not None:
            heard = (str(stats.get("fingerprint", "")), self._blend(voice, stats, engine))
        parts = voice.parts or ()
        consents = {part.id: self.consent(part.id) for part in parts if ID.fullmatch(part.id)}
        record = of_mix(f"v-{secrets.token_hex(6)}", voice.name, voice.language, parts, consents)
        self._keep(record, [], heard)
        return as_voice(record)

    def _blend(self, voice: Voice, stats: Mapping[str, Any], engine: Listener) -> Conditioning:
        """What the loaded model hears of a mix. Raises errors.MixPartGone, and what the engine raises."""
        parts = voice.parts or ()
        known, own, heard = self._present(voice.name, parts, stats), None, []
        for part in parts:
            found = self.conditioning(known[part.id], stats, engine)
            if isinstance(found, str):
                own = own if own is not None else engine.voices()
                if found not in own:  # the model was exchanged just now
                    raise MixPartGone(mix=voice.name, part=part.name)
                found = own[found]
            heard.append((found, part.weight))
        return mix.blend(heard)

    def _present(self, name: str, parts: Sequence[Part], stats: Mapping[str, Any]) -> dict[str, Voice]:
        """All voices by their ids, the parts among them. Raises errors.MixPartGone."""
        known = {voice.id: voice for voice in self.all(stats)}
        for part in parts:
            if part.id not in known:
                raise MixPartGone(mix=name, part=part.name)
        return known

    def change(
        self,
        id: str,
        stats: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        language: str | None = None,
        about: str | None = None,
    ) -> Voice:
        """Changes what is told of a voice that was made here; None leaves a field as it is, an empty `about` ends it.

        Raises errors.UnknownVoice, BuiltInVoice, BadVoice, UnknownLanguage.
        """
        if id in (stats or {}).get("voices", {}):
            raise BuiltInVoice(voice=id)
        record = changed(self._read(id), name, resolve(language).code if language is not None else None, about)
        write_whole(self._place(id) / "voice.json", as_json(record))
        return as_voice(record)

    def remove(self, id: str, stats: Mapping[str, Any] | None = None) -> None:
        """Deletes a cloned voice with its recordings, or a mix.

        That is never refused: whoever withdraws their agreement has to be able to leave. A mix that it was a part of
        goes on with the models it has a conditioning for. Raises errors.UnknownVoice, BuiltInVoice.
        """
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
        """What the engine speaks with: a built-in voice's id, or what the loaded model made of the clips or the parts.

        It is kept for each model by its fingerprint. Raises errors.UnknownVoice, MixPartGone, and what the engine
        raises.
        """
        if voice.kind == "built-in":
            return voice.id
        if not voice.id:  # a draft
            return self._blend(voice, stats, engine)
        kept = self._place(voice.id) / conditioning_file(str(stats.get("fingerprint", "")))
        if kept.is_file():
            try:
                return Conditioning.from_file(kept)
            except (TimbreError, OSError):
                log.warning("%s cannot be read and is made again", kept)
        if voice.parts:
            made = self._blend(voice, stats, engine)
        else:
            clips = [decode(self._place(voice.id) / clip["file"], CLIP_RATE) for clip in self._read(voice.id)["clips"]]
            made = engine.condition(clips)
        write_whole(kept, made.to_bytes())
        return made

    def consent(self, id: str) -> dict[str, str]:
        """What was agreed to, and when it was said: `text`, `at`. Raises errors.UnknownVoice.

        A mix has none of its own: what was agreed to for its parts is noted in its recipe.
        """
        return dict(self._read(id).get("consent", {}))

    # On disk

    def _place(self, id: str) -> Path:
        """The folder of a cloned voice. Raises errors.UnknownVoice for anything that is no id of ours."""
        if not ID.fullmatch(id):
            raise self._unknown(id)
        return self._folder / id

    def _unknown(self, id: str) -> UnknownVoice:
        return UnknownVoice(voice=id, known=", ".join(voice.id for voice in self.made()[:SHOWN]) or "none yet")

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
                    as_voice(record)
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
                (new / conditioning_file(fingerprint)).write_bytes(conditioning.to_bytes())
            write_whole(new / "voice.json", as_json(record))
            new.rename(self._folder / record["id"])
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
