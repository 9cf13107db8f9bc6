"""Work with a checkpoint that takes a process of its own: it becomes a model, is exported, speaks, is compared, or
comes in. What is wrong with the wish is said before there is a job.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timbre.access.scopes import Caller
from timbre.errors import BadPromotion, EmptyText, TextTooLong
from timbre.jobs.states import SHORT
from timbre.jobs.submit import Wish, submit
from timbre.models import catalogue
from timbre.runs.made_models import check_name
from timbre.runs.promote import checkpoint_of, clips_of
from timbre.settings import settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.names import shown_name
from timbre.store.tables import Job, Rendition, new_id
from timbre.text.languages import resolve
from timbre.voices.record import LONGEST_NAME, said

PROMOTE, EXPORT, LISTEN, COMPARE, RECEIVE = "promote", "export", "listen", "compare", "receive"
SUFFIXES = (".safetensors", ".pth", ".pt")


@dataclass(frozen=True, slots=True)
class Store:
    """The rows and the files."""

    database: Database
    blobs: Blobs


@dataclass(frozen=True, slots=True)
class Said:
    """A text for a checkpoint to say. clips_of: a voice that was cloned here, to speak after; without it the recordings
    that it learnt from.
    """

    text: str
    language: str | None = None
    seed: int | None = None
    clips_of: str | None = None

    def chosen(self) -> int:
        """The seed."""
        return self.seed if self.seed is not None else secrets.randbelow(2**31)


def make_model(
    store: Store,
    checkpoint_id: str,
    name: str,
    loaded: str | None,
    caller: Caller,
    person: str | None = None,
    language: str | None = None,
    clips_of_voice: str | None = None,
) -> Job:
    """A job that makes a checkpoint a model of that name, with its person as a built-in voice where there are
    recordings.

    Raises errors.UnknownCheckpoint, UnknownModel, UnknownVoice, BadPromotion, BadVoice, ModelInUse, and what `submit`
    raises.
    """
    row, run = checkpoint_of(store.database, checkpoint_id)
    catalogue.folder(row.base)
    check_name(settings().home, name, loaded)
    request: dict[str, Any] = {"checkpoint": row.id, "name": name, "promotion": new_id("q")}
    if clips_of(store.database, store.blobs, row.id, clips_of_voice):
        language = resolve(language).code if language else (run.language if run else None)
        who = said("name", person or (run.name if run else "") or name, LONGEST_NAME)
        request |= {"person": who, "language": language, "clips_of": clips_of_voice}
    return submit(store.database, Wish(PROMOTE, SHORT, name=name, request=request), caller)[0]


def export(store: Store, checkpoint_id: str, form: str, caller: Caller) -> Job:
    """A job that makes an archive of a checkpoint. form: model, or adapter. Raises errors.UnknownCheckpoint,
    UnknownModel, BadPromotion, and what `submit` raises.
    """
    row, _ = checkpoint_of(store.database, checkpoint_id)
    if form == "adapter" and row.kind != "adapter":
        raise BadPromotion(reason="it holds a whole model and no adapter")
    catalogue.folder(row.base)
    name = row.name or row.id
    return submit(store.database, Wish(EXPORT, SHORT, name=name, request={"checkpoint": row.id, "form": form}), caller)[
        0
    ]


def listen(store: Store, checkpoint_id: str, asked: Said, caller: Caller) -> Job:
    """A job in which a checkpoint says a text. Raises errors.UnknownCheckpoint, UnknownModel, UnknownLanguage,
    EmptyText, TextTooLong, BadPromotion, and what `submit` raises.
    """
    return _speaking(LISTEN, store, checkpoint_id, asked, caller)


def compare(store: Store, checkpoint_id: str, asked: Said, caller: Caller) -> Job:
    """A job in which a checkpoint and its base model say the same text. Raises what `listen` raises."""
    return _speaking(COMPARE, store, checkpoint_id, asked, caller)


def check_text(text: str) -> None:
    """Raises errors.EmptyText, TextTooLong."""
    if not text.strip():
        raise EmptyText()
    if len(text) > (limit := settings().text_limit):
        raise TextTooLong(length=len(text), limit=limit)


def language_of(store: Store, checkpoint_id: str, asked: Said) -> str:
    """The language that a checkpoint is to speak: the one that is asked for, else that of what it learnt from.

    Raises errors.UnknownCheckpoint, UnknownLanguage, BadPromotion.
    """
    row, run = checkpoint_of(store.database, checkpoint_id)
    if asked.language:
        return resolve(asked.language).code
    if run:
        return run.language
    spoken = catalogue.languages(row.base)
    if not spoken:
        raise BadPromotion(reason="it does not say which language it speaks")
    return spoken[0]


def _speaking(kind: str, store: Store, checkpoint_id: str, asked: Said, caller: Caller) -> Job:
    check_text(asked.text)
    row, _ = checkpoint_of(store.database, checkpoint_id)
    language = language_of(store, checkpoint_id, asked)
    catalogue.folder(row.base)
    if not clips_of(store.database, store.blobs, row.id, asked.clips_of):
        raise BadPromotion(reason="it came without recordings: name a voice that was cloned here, to speak after")
    request: Mapping[str, Any] = {
        "checkpoint": row.id,
        "language": language,
        "seed": asked.chosen(),
        "clips_of": asked.clips_of,
    }
    wish = Wish(kind, SHORT, name=row.name, text=asked.text, language=language, request=dict(request))
    return submit(store.database, wish, caller)[0]


def receive(
    store: Store, file: Path, shown: str, caller: Caller, name: str = "", base: str = "", alpha: float | None = None
) -> Job:
    """A job that takes in a checkpoint that somebody brought. base: the model that it began with; without one the
    model that the service begins with. alpha: of an adapter that does not tell it.

    Raises errors.BadPromotion, UnknownModel, StorageFull, and what `submit` raises.
    """
    suffix = Path(shown).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadPromotion(reason=f"{shown_name(shown, 'the file')} is none of {', '.join(SUFFIXES)}")
    base = base or settings().model
    catalogue.folder(base)
    blob = store.blobs.put(file, suffix, "uploads")
    request = {
        "checkpoint": new_id("c"),
        "blob": blob,
        "file": f"checkpoint{suffix}",
        "base": base,
        "alpha": alpha,
    }
    shown_as = said("name", name or Path(shown_name(shown, "checkpoint")).stem, LONGEST_NAME)
    job, _ = submit(store.database, Wish(RECEIVE, SHORT, name=shown_as, request=request), caller)
    with store.database.writing() as session:  # so that it is kept until the job is done
        session.merge(Rendition(job_id=job.id, format="upload", blob=blob, bytes=file.stat().st_size))
    return job
