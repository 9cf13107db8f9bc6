"""A checkpoint's adapter speaks by the running engine, without being made a voice first."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from timbre.audio.decode import decode
from timbre.engine.blocking import Client
from timbre.engine.protocol import CLIP_RATE, Brought, Sampling
from timbre.errors import BadPromotion, CheckpointModelChanged, LanguageNotSpoken, ModelNotLoaded
from timbre.runs.promote import checkpoint_of, clips_of
from timbre.speech import Utterance
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables_training import CheckpointRow
from timbre.text.plan import plan


def brought(blobs: Blobs, row: CheckpointRow, stats: Mapping[str, Any]) -> Brought:
    """A checkpoint's adapter, for an engine that holds its model. Raises errors.BadPromotion, ModelNotLoaded,
    CheckpointModelChanged.
    """
    if row.kind != "adapter":
        raise BadPromotion(reason="it holds a whole model, which no running engine takes in")
    if row.base_fingerprint != stats["fingerprint"]:
        if row.base == stats["model"]:
            raise CheckpointModelChanged(checkpoint=row.id, model=row.base)
        raise ModelNotLoaded(model=row.base, loaded=stats["model"])
    blob = row.blob
    return Brought(Path(blob).stem, lambda: blobs.whole(blob))


def utterance(
    database: Database,
    blobs: Blobs,
    engine: Client,
    stats: Mapping[str, Any],
    checkpoint_id: str,
    text: str,
    language: str,
    seed: int,
    clips_of_voice: str | None = None,
) -> Utterance:
    """What the engine needs to say a text with a checkpoint. It hears the recordings first.

    Raises errors.UnknownCheckpoint, UnknownVoice, LanguageNotSpoken, FileGone, what `brought` and planning raise, and
    what the engine raises.
    """
    row, _ = checkpoint_of(database, checkpoint_id)
    adapter = brought(blobs, row, stats)
    if language not in stats["languages"]:
        spoken = ", ".join(stats["languages"])
        raise LanguageNotSpoken(model=stats["model"], language=language, advice=f"It speaks: {spoken}.")
    pieces = plan(text, language, stats["limits"][language])
    files = clips_of(database, blobs, checkpoint_id, clips_of_voice)
    if not files:
        raise BadPromotion(reason="it came without recordings: name a voice that was cloned here, to speak after")
    voice = engine.condition([decode(blobs.whole(blob), CLIP_RATE) for blob in files])
    sampling = replace(Sampling.from_dict(stats["sampling"]), seed=seed)
    return Utterance(pieces, language, voice, sampling, adapter)
