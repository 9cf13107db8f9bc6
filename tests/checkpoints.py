"""Checkpoints as a training run leaves them: rows and files in a home folder, made by hand for the tiny model."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from adapters import make_adapter
from recordings import speech
from safetensors.torch import save

from timbre.audio.encode import encode
from timbre.engine.folder import fingerprint
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.folder import Folder
from timbre.store.tables_training import BuildFile, BuildRow, CheckpointRow, DatasetRow, RunRow
from timbre.xtts import checkpoint

RATE = 22_050


class Bench:
    """The rows and files of a home folder, to put checkpoints into."""

    def __init__(self, home: Path, model: Path, name: str = "tiny") -> None:
        self.home, self.model, self.name = home, model, name
        self.database = Database(f"sqlite:///{home / 'timbre.db'}")
        self.database.upgrade()
        self.blobs = Blobs(self.database, Folder(home / "files", create=True))
        self.fingerprint = fingerprint(model)

    def run(self, id: str = "r-1", clips: int = 4) -> str:
        """A run that learnt from so many clips of one person."""
        wave = speech()
        entries = []
        for number in range(clips):
            sound = np.asarray(wave[number * 100 :], np.float32)
            blob = self.blobs.put(encode(sound, "flac", RATE), ".flac", "segments")
            entries.append(
                {"file": f"g-{number}.flac", "blob": blob, "samples": len(sound), "split": "train", "text": "One."}
            )
        manifest = {"format": 1, "language": "en", "rate": RATE, "clips": entries}
        blob = self.blobs.put(json.dumps(manifest).encode(), ".json", "builds")
        with self.database.writing() as session:
            session.merge(DatasetRow(id=f"d-{id}", name="Grandmother", language="en"))
            session.flush()
            session.merge(BuildRow(id=f"m-{id}", dataset_id=f"d-{id}", manifest=blob))
            session.flush()
            for place, entry in enumerate(entries):
                session.merge(BuildFile(build_id=f"m-{id}", place=place, blob=entry["blob"]))
            session.merge(
                RunRow(
                    id=id,
                    name="Grandmother",
                    dataset_id=f"d-{id}",
                    build_id=f"m-{id}",
                    manifest=blob,
                    base=self.name,
                    base_fingerprint=self.fingerprint,
                    method="lora",
                    language="en",
                    status="completed",
                )
            )
        return id

    def adapter(self, id: str, seed: int = 1, run: str | None = "r-1", base: str | None = None) -> str:
        """A checkpoint that is an adapter, of a size that is heard."""
        path = self.home / f"{id}.safetensors"
        args = checkpoint.read_config(self.model).model_args
        make_adapter(args, base or self.fingerprint, seed, 2.0).to_file(path)
        return self.keep(id, "adapter", path.read_bytes(), run, base)

    def whole(self, id: str, seed: int = 1, run: str | None = "r-1") -> str:
        """A checkpoint that is what differs from the base model: its blocks, moved a little."""
        model = checkpoint.load(self.model)
        draw = torch.Generator().manual_seed(seed)
        state = {
            key: (one + 0.2 * one.std() * torch.randn(one.shape, generator=draw)).half()
            for key, one in model.state_dict().items()
            if key.startswith("gpt.gpt.h.") and key.endswith("weight")
        }
        return self.keep(id, "model", save(state, {"base": self.fingerprint}), run)

    def keep(self, id: str, kind: str, data: bytes, run: str | None, base: str | None = None) -> str:
        blob = self.blobs.put(data, ".safetensors", "checkpoints")
        with self.database.writing() as session:
            session.merge(
                CheckpointRow(
                    id=id,
                    run_id=run,
                    name="",
                    kind=kind,
                    step=200,
                    base=self.name,
                    base_fingerprint=base or self.fingerprint,
                    blob=blob,
                    bytes=len(data),
                )
            )
        return id


def files_of(database: Database, voice: str) -> Sequence[str]:
    """The names of a voice's files."""
    from sqlalchemy import select

    from timbre.store.tables import VoiceBlob

    with database.reading() as session:
        return sorted(session.scalars(select(VoiceBlob.name).where(VoiceBlob.voice_id == voice)))
