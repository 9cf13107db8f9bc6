"""A checkpoint that somebody brought along is read as data, set against the model that it began with, and kept."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from timbre.engine.folder import fingerprint
from timbre.errors import BadCheckpoint
from timbre.models import catalogue
from timbre.store.files import write_whole
from timbre.store.tables_training import CheckpointRow
from timbre.store.tensors import BASE, CONFIG, header_bytes, is_adapter, metadata, retold
from timbre.store.tensors import header as header_of
from timbre.training.tuned_job import workplace
from timbre.xtts import checkpoint
from timbre.xtts.lora import Adapter


def work(run: Any) -> dict[str, Any]:
    """Keeps it as a checkpoint. Raises errors.UnknownModel, BadCheckpoint, UnsafeCheckpoint and their kin."""
    asked = run.job.request
    base = catalogue.folder(asked["base"])
    with workplace(run) as folder, run.tools.blobs.local(asked["blob"]) as path:
        run.progress(0.1, "It is read")
        named = folder / asked["file"]
        named.symlink_to(path)
        kept = folder / "kept.safetensors"
        kind = _adapter(named, base, asked, kept) or _model(run, named, base, kept)
        run.progress(0.9, "It is kept")
        blob = run.tools.blobs.put(kept, ".safetensors", "checkpoints")
        size = kept.stat().st_size
    with run.tools.database.writing() as session:
        session.merge(
            CheckpointRow(
                id=asked["checkpoint"],
                owner=run.job.owner,
                name=run.job.name,
                kind=kind,
                base=asked["base"],
                base_fingerprint=fingerprint(base),
                blob=blob,
                bytes=size,
                figures={},
            )
        )
    return {"checkpoint": asked["checkpoint"], "kind": kind, "model": asked["base"]}


def _adapter(path: Path, base: Path, asked: dict[str, Any], kept: Path) -> str:
    """Keeps a file that is an adapter, once it is known to fit. Empty where it is none."""
    if path.suffix != ".safetensors" or not is_adapter(_names(path)):
        return ""
    data, known = path.read_bytes(), fingerprint(base)
    told = metadata(data)
    if CONFIG not in told:
        told[CONFIG] = json.dumps(_config(path.name, data, asked.get("alpha")))
    if BASE not in told:
        told[BASE] = known  # as whoever brought it says
    whole = retold(data, {"format": "pt", CONFIG: told[CONFIG], BASE: told[BASE]})
    Adapter.from_bytes(whole, path.name, path.stem, checkpoint.read_config(base).model_args, known)
    write_whole(kept, whole)
    return "adapter"


def _config(file: str, data: bytes, alpha: float | None) -> dict[str, Any]:
    """What peft keeps in a file of its own, as far as it has to be known."""
    if alpha is None:
        raise BadCheckpoint(file=file, reason="it does not say its alpha, which adapter_config.json beside it does")
    ranks = {one["shape"][0] for name, one in header_of(data).items() if ".lora_A." in name}
    if len(ranks) != 1:
        raise BadCheckpoint(file=file, reason="its matrices are of different ranks")
    return {"peft_type": "LORA", "r": ranks.pop(), "lora_alpha": alpha, "fan_in_fan_out": True}


def _names(path: Path) -> list[str]:
    with path.open("rb") as file:
        first = file.read(8)
        try:
            return list(header_of(first + file.read(header_bytes(first) - 8)))
        except ValueError:
            return []


def _model(run: Any, path: Path, base: Path, kept: Path) -> str:
    """Keeps what differs from the base model."""
    learnt = checkpoint.canonical(checkpoint.read(path))
    run.progress(0.3, "It is set against its base model")
    model = checkpoint.load(base).state_dict()
    for key, tensor in learnt.items():
        checkpoint.check_fits(path.name, key, tensor, model)
    run.check()
    differing = {
        key: one.contiguous() for key, one in learnt.items() if not torch.equal(one.to(model[key].dtype), model[key])
    }
    if not differing:
        raise BadCheckpoint(file=path.name, reason="it holds nothing that its base model does not")
    run.progress(0.6, f"{len(differing)} of its {len(learnt)} tensors differ")
    save_file(differing, kept, {BASE: fingerprint(base)})
    return "model"
