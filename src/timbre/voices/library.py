"""All voices: those built into the loaded model, and those cloned, mixed or fine-tuned here.

With a voice are kept the conditioning of each model that spoke with it, and the clips it was cloned from, or the recipe
of a mix; with a fine-tuned one also its adapter. Its id is ours, never anything that a user wrote.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from timbre.audio.decode import decode
from timbre.engine.protocol import CLIP_RATE, Brought, Conditioning
from timbre.errors import BadMix, BadRequest, BuiltInVoice, FileGone, MixPartGone, UnknownVoice
from timbre.settings import Settings, settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.text.languages import resolve
from timbre.voices import mix
from timbre.voices.clips import Clip, take
from timbre.voices.preview import preview_text
from timbre.voices.record import (
    ADAPTER,
    ID,
    LONGEST_CONSENT,
    LONGEST_NAME,
    as_voice,
    changed,
    conditioning_file,
    of_clone,
    of_mix,
    said,
)
from timbre.voices.shelf import Shelf
from timbre.voices.voice import Part, Voice, built_in, stand_in

__all__ = ["Library", "Listener", "Voice", "preview_text"]

log = logging.getLogger(__name__)

SHOWN = 30  # names that an error lists


class Listener(Protocol):
    """What turns clips into conditioning: `timbre.engine.blocking.Client` is one."""

    def ready(self) -> dict[str, Any]: ...
    def condition(self, clips: Sequence[NDArray[np.float32]]) -> Conditioning: ...
    def voices(self) -> dict[str, Conditioning]: ...


class Library:
    """The voices of a service. `stats` is what the engine says of itself: its model's voices are in it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @classmethod
    def of(cls, database: Database, blobs: Blobs) -> "Library":
        """The voices whose rows and files these are."""
        return cls(Shelf(database, blobs))

    @classmethod
    def here(cls, chosen: Settings) -> "Library":
        """Those of the service that the settings name, for a command of its own."""
        database = Database.of(chosen)
        database.upgrade()
        return cls.of(database, Blobs.of(chosen, database))

    def all(self, stats: Mapping[str, Any]) -> list[Voice]:
        """The model's own voices first, then those made here from the oldest to the newest."""
        return [*built_in(stats), *self.made()]

    def made(self) -> list[Voice]:
        """The voices cloned, mixed and fine-tuned here, from the oldest to the newest."""
        return sorted(
            (as_voice(record) for record in self._shelf.records()), key=lambda voice: (voice.created_at or "", voice.id)
        )

    def get(self, name: str, stats: Mapping[str, Any]) -> Voice:
        """The voice with that id; else the one that `default` or a name of OpenAI's stands for; else the one so called.

        Raises errors.UnknownVoice.
        """
        voices = self.all(stats)
        able = [voice for voice in voices if voice.speaks(stats)]
        if found := next((voice for voice in voices if voice.id == name), None) or stand_in(name, able):
            return found
        called = _called(name, able) or _called(name, voices)
        if len(called) == 1:
            return called[0]
        known = ", ".join(voice.id for voice in voices[:SHOWN]) + (", …" if len(voices) > SHOWN else "")
        raise UnknownVoice(voice=name, known=known or "none yet")

    def tuned(self, name: str | None) -> Voice | None:
        """The fine-tuned voice with that id, or the only one so called; None where that is none."""
        voices = self.made() if name else []
        found = [voice for voice in voices if voice.id == name] or _called(name or "", voices)
        return found[0] if len(found) == 1 and found[0].kind == "tuned" else None

    def adapter(self, voice: Voice) -> Brought | None:
        """What the engine has to hold so that a voice can speak; None for one that is no fine-tune.

        Raises errors.UnknownVoice where it was deleted just now.
        """
        if voice.kind != "tuned":
            return None
        if (found := self._shelf.named(voice.id, ADAPTER)) is None:
            raise self._unknown(voice.id)
        return found

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
        if not self._shelf.change(record):
            raise self._unknown(id)
        return as_voice(record)

    def remove(self, id: str, stats: Mapping[str, Any] | None = None) -> None:
        """Deletes a cloned voice with its recordings, or a mix.

        That is never refused: whoever withdraws their agreement has to be able to leave. A mix that it was a part of
        goes on with the models it has a conditioning for. Raises errors.UnknownVoice, BuiltInVoice.
        """
        if id in (stats or {}).get("voices", {}):
            raise BuiltInVoice(voice=id)
        if not self._shelf.remove(id):
            raise self._unknown(id)

    def conditioning(self, voice: Voice, stats: Mapping[str, Any], engine: Listener) -> Conditioning | str:
        """What the engine speaks with: a built-in voice's id, or what the loaded model made of the clips or the parts.

        It is kept for each model by its fingerprint. Raises errors.UnknownVoice, MixPartGone, and what the engine
        raises.
        """
        if voice.kind == "built-in":
            return voice.id
        if not voice.id:  # a draft
            return self._blend(voice, stats, engine)
        name = conditioning_file(str(stats.get("fingerprint", "")))
        try:
            if (kept := self._shelf.file(voice.id, name)) is not None:
                return Conditioning.from_bytes(kept)
        except (BadRequest, FileGone):
            log.warning("what the model made of %s cannot be read and is made again", voice.id)
            self._shelf.drop_file(voice.id, name)
        made = self._blend(voice, stats, engine) if voice.parts else engine.condition(self._clips(voice.id))
        self._shelf.add_file(voice.id, name, made.to_bytes())
        return made

    def _clips(self, id: str) -> list[NDArray[np.float32]]:
        """What a voice was cloned from. Raises errors.UnknownVoice, FileGone."""
        files = [(clip["file"], self._shelf.file(id, clip["file"])) for clip in self._read(id)["clips"]]
        if gone := next((name for name, data in files if data is None), None):
            raise FileGone(name=gone)
        return [decode(data, CLIP_RATE) for _, data in files if data is not None]

    def consent(self, id: str) -> dict[str, str]:
        """What was agreed to, and when it was said: `text`, `at`. Raises errors.UnknownVoice.

        A mix has none of its own: what was agreed to for its parts is noted in its recipe.
        """
        return dict(self._read(id).get("consent", {}))

    def _unknown(self, id: str) -> UnknownVoice:
        return UnknownVoice(voice=id, known=", ".join(voice.id for voice in self.made()[:SHOWN]) or "none yet")

    def _read(self, id: str) -> dict[str, Any]:
        """Raises errors.UnknownVoice for anything that is no id of ours."""
        if (record := self._shelf.read(id)) is None:
            raise self._unknown(id)
        return record

    def _keep(self, record: Mapping[str, Any], clips: Sequence[Clip], heard: tuple[str, Conditioning] | None) -> None:
        files = {clip.file: clip.flac for clip in clips}
        if heard is not None:
            fingerprint, conditioning = heard
            files[conditioning_file(fingerprint)] = conditioning.to_bytes()
        self._shelf.keep(record, files)


def _called(name: str, voices: Sequence[Voice]) -> list[Voice]:
    return [voice for voice in voices if voice.name.casefold() == name.strip().casefold()]
