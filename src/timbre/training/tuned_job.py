"""What the jobs that work with a checkpoint share: its row, its file, the model that it began with."""

import contextlib
import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from timbre.audio.decode import decode
from timbre.engine.folder import fingerprint
from timbre.engine.protocol import CLIP_RATE, Conditioning
from timbre.errors import BadPromotion
from timbre.models import catalogue
from timbre.runs.promote import checkpoint_of, clips_of
from timbre.store.tables_training import CheckpointRow
from timbre.training.made import tuned
from timbre.xtts.model import Xtts

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Subject:
    """A checkpoint that a job is about, and the folder of its base model with what it is known by."""

    row: CheckpointRow
    name: str  # for people: its own, or its run's
    language: str | None
    manifest: str | None  # of the build that it learnt from
    base: Path
    fingerprint: str

    @classmethod
    def of(cls, run: Any, checkpoint_id: str) -> "Subject":
        """Raises errors.UnknownCheckpoint, UnknownModel."""
        row, learnt = checkpoint_of(run.tools.database, checkpoint_id)
        base = catalogue.folder(row.base)
        name = row.name or (learnt.name if learnt else "")
        language, manifest = (learnt.language, learnt.manifest) if learnt else (None, None)
        return cls(row, name, language, manifest, base, fingerprint(base))

    def model(self, run: Any) -> Xtts:
        """The base model with what was learnt in it. Raises errors.WrongBase, BadCheckpoint, FileGone."""
        with run.tools.blobs.local(self.row.blob) as weights:
            return tuned(self.base, weights, self.row.kind, self.fingerprint, self.row.base_fingerprint)


def person(run: Any, subject: Subject, source: str | None) -> list[Samples]:
    """The recordings that a checkpoint speaks after: those it learnt from, or a voice's. Raises errors.BadPromotion."""
    files = clips_of(run.tools.database, run.tools.blobs, subject.row.id, source)
    if not files:
        raise BadPromotion(reason="it came without recordings: name a voice that was cloned here, to speak after")
    return [decode(run.tools.blobs.whole(blob), CLIP_RATE) for blob in files]


def heard(model: Xtts, clips: Sequence[Samples]) -> Conditioning:
    """What a model makes of recordings."""
    with torch.inference_mode():
        latents, embedding = model.condition([torch.from_numpy(np.asarray(clip, np.float32)) for clip in clips])
    return Conditioning(latents.numpy(), embedding.numpy())


def voice_of(run: Any, subject: Subject, model: Xtts) -> dict[str, Conditioning]:
    """The person whom a model was tuned on, by a name; nobody where there are no recordings."""
    if not clips_of(run.tools.database, run.tools.blobs, subject.row.id, None):
        return {}
    return {plain(subject.name): heard(model, person(run, subject, None))}


def plain(name: str) -> str:
    """A name as the id of a built-in voice."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "voice"


@contextlib.contextmanager
def workplace(run: Any) -> Iterator[Path]:
    """A folder of the job's own, gone when it has ended; what an earlier try left there goes first."""
    path: Path = run.tools.settings.home / "work" / str(run.job.id)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
