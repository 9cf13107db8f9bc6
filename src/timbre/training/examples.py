"""What a run learns from: a build's clips, as the model's text ids and audio codes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from timbre.audio.decode import decode
from timbre.errors import BadTraining
from timbre.store.files import write_whole
from timbre.text.normalise import normalise
from timbre.text.tokenizer import Tokenizer
from timbre.xtts.config import ModelArgs
from timbre.xtts.dvae import DiscreteVae
from timbre.xtts.mel import dvae_mel, log_mel

Samples = NDArray[np.float32]

TRAIN, VALIDATION, TEST = "train", "validation", "test"
FEWEST = 2
"""Clips to learn from, and clips held out, at the least."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A clip. text: as it was written; ids: without START and STOP; codes: without start and stop."""

    file: str
    text: str
    source: str
    split: str
    ids: Tensor
    codes: Tensor


class Examples:
    """The clips of a build, in its order. Their sound is read from the disk when it is asked for."""

    def __init__(self, data: Path, language: str, rows: list[Example]) -> None:
        self.data, self.language, self._rows = data, language, rows

    def split(self, name: str) -> list[Example]:
        return [row for row in self._rows if row.split == name]

    def wave(self, example: Example) -> Samples:
        """At 22,050 Hz, [samples]."""
        return decode(self.data / example.file, 22_050)


def read_manifest(data: Path) -> dict[str, Any]:
    """What a build's folder says of itself. Raises errors.BadTraining."""
    try:
        found = json.loads((data / "manifest.json").read_text("utf-8"))
        if found["format"] != 1 or not isinstance(found["clips"], list):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise BadTraining(reason="the folder holds no build's manifest.json that can be read") from None
    return cast(dict[str, Any], found)


class Preparing:
    """Makes examples of clips with one model's front end and DVAE, and keeps the codes: making them takes a while."""

    def __init__(self, args: ModelArgs, tokenizer: Tokenizer, dvae: DiscreteVae, stats: Tensor, keep: Path) -> None:
        self._args, self._tokenizer, self._dvae, self._stats, self._keep = args, tokenizer, dvae, stats, keep
        self._spectrogram = dvae_mel()

    def examples(
        self, data: Path, most: int = 0, told: Callable[[str], None] = print, check: Callable[[], None] = lambda: None
    ) -> Examples:
        """All clips that the model has room for, of those to learn from the first `most` of them (0: all), spread over
        the sources. Raises errors.BadTraining where too few are left, and what `check` raises.
        """
        manifest = read_manifest(data)
        language, clips = str(manifest["language"]), manifest["clips"]
        codes = self._codes(data, clips, told, check)
        rows, long = [], 0
        for clip in clips:
            ids = self._tokenizer.encode(normalise(clip["text"], language), language)
            found = torch.from_numpy(codes[clip["file"]].astype(np.int64))
            if not 0 < len(ids) <= self._args.gpt_max_text_tokens - 2 or not (
                0 < len(found) <= self._args.gpt_max_audio_tokens - 2
            ):
                long += 1
                continue
            rows.append(Example(clip["file"], clip["text"], clip["source"], clip["split"], torch.tensor(ids), found))
        if long:
            told(f"{long} clips are longer than the model has room for, and are left out")
        return Examples(data, language, _enough(_fewer(rows, most)))

    @torch.inference_mode()
    def _codes(
        self, data: Path, clips: list[dict[str, Any]], told: Callable[[str], None], check: Callable[[], None]
    ) -> dict[str, NDArray[np.int16]]:
        """Of each clip by its file: from the length of its sound, nothing padded."""
        wanted = hashlib.sha256(json.dumps([(clip["file"], clip["sha256"]) for clip in clips]).encode()).hexdigest()
        path = self._keep / f"codes-{wanted[:16]}.npz"
        if path.exists():
            with np.load(path) as kept:
                return {name: kept[name] for name in kept.files}
        told(f"Writing {len(clips)} clips as audio codes")
        found = {}
        for clip in clips:
            check()
            found[clip["file"]] = self.codes(decode(data / clip["file"], 22_050)).numpy().astype(np.int16)
        beside = path.with_suffix(".new.npz")
        self._keep.mkdir(parents=True, exist_ok=True)
        np.savez(beside, **found)  # type: ignore[arg-type]
        beside.replace(path)
        return found

    def codes(self, wave: Samples) -> Tensor:
        """Codes [samples // stride] of a wave [samples] at 22,050 Hz: what is no whole code is left off the end."""
        stride = self._args.gpt_code_stride_len
        count = len(wave) // stride
        if count == 0:
            return torch.zeros(0, dtype=torch.long)
        mel = log_mel(self._spectrogram(torch.from_numpy(wave)[None]), self._stats)
        return self._dvae.codes(mel[:, :, : 4 * count])[0]


def _fewer(rows: list[Example], most: int) -> list[Example]:
    train = [row for row in rows if row.split == TRAIN]
    if not most or most >= len(train):
        return rows
    chosen = {train[int(place * len(train) / most)].file for place in range(most)}
    return [row for row in rows if row.split != TRAIN or row.file in chosen]


def _enough(rows: list[Example]) -> list[Example]:
    """Raises errors.BadTraining. A build with nothing for the figures has them made from what chooses."""
    count = {name: sum(row.split == name for row in rows) for name in (TRAIN, VALIDATION, TEST)}
    if count[TRAIN] < FEWEST or count[VALIDATION] < 1:
        few = f"{count[TRAIN]} clips to learn from and {count[VALIDATION]} held out"
        raise BadTraining(reason=f"the build has {few}, which is too few")
    return rows


def write_manifest(data: Path, manifest: dict[str, Any]) -> None:
    """As `read_manifest` reads it."""
    write_whole(data / "manifest.json", json.dumps(manifest, ensure_ascii=False).encode())
