"""The recordings on disk: waves as the teacher wrote them, and the mels that the DVAE and the losses are taught
with.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr
import torch

from recipes.mini.teacher import RATE
from timbre.xtts.mel import FLOOR, dvae_mel

Wave = npt.NDArray[np.float32]

BANDS = 80
MANY, HELD = "speech-many", "speech-held"  # folders of what is trained on, and of voices that never are
MODEL_RATE, HOP = 22_050, 256


class Shard:
    """One teacher process's recordings, and their mels once `write_mels` has made them."""

    def __init__(self, index: Path) -> None:
        self.name = index.stem.removeprefix("index-")
        self.rows: list[dict[str, Any]] = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
        self.waves = np.memmap(index.with_name(f"speech-{self.name}.i16"), dtype="<i2", mode="r")
        self.mel_path = index.with_name(f"mels-{self.name}.f16")

    def wave(self, row: dict[str, Any]) -> Wave:
        """24 kHz, [samples] in [-1, 1]."""
        return self.waves[row["start"] : row["start"] + row["samples"]].astype(np.float32) / 32767


class Speech:
    """All recordings of a folder whose mels are made, in the order of the corpus."""

    def __init__(self, folder: Path) -> None:
        self.shards = [Shard(path) for path in sorted(folder.glob("index-*.jsonl"))]
        self._place: list[tuple[int, int]] = []
        self.rows: list[dict[str, Any]] = []
        self._mels = []
        entries = []
        for number, shard in enumerate(self.shards):
            mels = np.memmap(shard.mel_path, dtype=np.float16, mode="r").reshape(-1, BANDS)
            self._mels.append(mels)
            begin = 0
            for row in shard.rows:
                if begin + frames(row) > len(mels):
                    break
                entries.append((row, number, begin))
                begin += frames(row)
        entries.sort(key=lambda entry: (entry[0]["number"], entry[1]))
        self.rows = [row for row, _, _ in entries]
        self._place = [(number, begin) for _, number, begin in entries]

    def __len__(self) -> int:
        return len(self.rows)

    def split(self, name: str) -> list[int]:
        """Positions of the recordings of `train`, `validation` or `test`."""
        return [place for place, row in enumerate(self.rows) if row["split"] == name]

    def wave(self, place: int) -> Wave:
        """24 kHz, [samples] in [-1, 1]."""
        return self.shards[self._place[place][0]].wave(self.rows[place])

    def wave_22k(self, place: int) -> Wave:
        """The same at 22,050 Hz, as reference clips are heard."""
        return to_model_rate(self.wave(place))

    def mel(self, place: int) -> torch.Tensor:
        """Logarithmic mel [frames, 80]."""
        number, begin = self._place[place]
        rows = self._mels[number][begin : begin + frames(self.rows[place])]
        return torch.from_numpy(np.asarray(rows, dtype=np.float32))

    def frames(self, place: int) -> int:
        """Mel frames of a recording."""
        return frames(self.rows[place])


def recorded(build: Path) -> Speech:
    """The set that everything is trained on, as `mix` made it."""
    return Speech(build / MANY)


def to_model_rate(wave: Wave) -> Wave:
    """24,000 → 22,050 Hz."""
    out: Wave = soxr.resample(wave, RATE, MODEL_RATE).astype(np.float32)
    return out


def frames(row: dict[str, Any]) -> int:
    """Mel frames of a recording at 22,050 Hz: whole audio codes of four frames each, the last filled up with
    silence.
    """
    samples = row["samples"] * MODEL_RATE / RATE
    return 4 * int(np.ceil(samples / (4 * HOP)))


def write_mels(folder: Path) -> None:
    """Make the mels of every recording that has none yet."""
    spectrogram = dvae_mel()
    for path in sorted(folder.glob("index-*.jsonl")):
        shard = Shard(path)
        have = shard.mel_path.stat().st_size // (2 * BANDS) if shard.mel_path.exists() else 0
        begin = 0
        with shard.mel_path.open("r+b" if have else "wb") as out:
            for row in shard.rows:
                begin += frames(row)
                if begin <= have:
                    continue
                out.seek((begin - frames(row)) * 2 * BANDS)
                wave = torch.from_numpy(to_model_rate(shard.wave(row)))[None]
                wave = torch.nn.functional.pad(wave, (0, max(0, frames(row) * HOP - wave.shape[1])))
                mel = spectrogram(wave)[0, :, : frames(row)].clamp(min=FLOOR).log()
                out.write(mel.T.contiguous().numpy().astype("<f2").tobytes())


def mel_statistics(speech: Speech, count: int = 400) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of each band [80], over recordings spread through the training set."""
    train = speech.split("train")
    chosen = train[:: max(1, len(train) // count)]
    mels = torch.cat([speech.mel(place) for place in chosen])
    return mels.mean(0), mels.std(0)
