"""What the vocoder hears: frames at its own rate, from mels while the trunk is trained, from the GPT's latents then."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from recipes.mini.balance import sample
from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.codes import Codes
from recipes.mini.gpt import Reader
from recipes.mini.model import config
from recipes.mini.parts import load_gpt, load_speaker_encoder
from recipes.mini.speech import BANDS, MODEL_RATE, Wave, recorded
from recipes.mini.teacher import RATE
from timbre.training.gpt import embed
from timbre.training.precision import autocast
from timbre.xtts.model import SPEAKER_RATE
from timbre.xtts.processor import multiplies_bf16
from timbre.xtts.resample import resample
from timbre.xtts.vocoder import Decoder

FEWEST = 4  # codes of a recording that has latents
CLIPS, CLIP_SECONDS = 8, 4.0  # a speaker's clips that embeddings are made of, and how long each is


@torch.inference_mode()
def write_embeddings(build: Path) -> None:
    """`embeddings.pt`: speaker embeddings of several clips of each speaker, [clips, 512] by the speaker's number."""
    speech, encoder, draw = recorded(build), load_speaker_encoder(build), np.random.default_rng(3)
    speakers = speakers_of(speech, speech.split("validation") + speech.split("train"))
    samples = int(CLIP_SECONDS * MODEL_RATE)
    found: dict[int, Tensor] = {}
    for speaker, places in speakers.items():
        clips = torch.stack([pick_clip(speech, places, samples, draw) for _ in range(CLIPS)])
        found[speaker] = encoder(resample(clips, MODEL_RATE, SPEAKER_RATE))
    torch.save(found, build / "embeddings.pt")


@torch.inference_mode()
def write_latents(build: Path, most: int = 12_000) -> None:
    """`latents.pt`: each recording's latents, teacher-forced after a clip of another sentence."""
    speech, codes = recorded(build), Codes(build)
    stats, gpt = torch.load(build / "mel_stats.pt", weights_only=True), load_gpt(build)
    rows: list[tuple[int, Tensor]] = []
    for split in ("validation", "train"):
        places = [place for place in speech.split(split) if codes.length(place) >= FEWEST]
        reader = Reader(speech, codes, stats, places, 11)
        alike = sorted(sample(speech, places, most), key=codes.length)  # rows of one length waste no padding
        for begin in range(0, len(alike), 24):
            chosen = alike[begin : begin + 24]
            batch = reader.collate(chosen, begin).batch
            with autocast(multiplies_bf16()):
                embedded, layout = embed(gpt, batch)
                hidden = gpt.hidden(embedded)
            for row, place in enumerate(chosen):
                first, count = int(layout.first_audio[row]), int(layout.audio[row]) - 1
                rows.append((place, hidden[row, first : first + count].half()))
    starts = np.cumsum([0, *(len(latents) for _, latents in rows)])
    kept = {
        "places": torch.tensor([place for place, _ in rows]),
        "latents": torch.cat([latents for _, latents in rows]),
        "starts": torch.from_numpy(starts),
    }
    torch.save(kept, build / "latents.pt")


class _Frames:
    """What both sources share: the recordings and their speakers' embeddings."""

    def __init__(self, build: Path) -> None:
        self.speech = recorded(build)
        self._embeddings = torch.load(build / "embeddings.pt", weights_only=True)

    def place(self, row: int) -> int:
        """The recording that a row is of."""
        return row

    def wave(self, row: int) -> Wave:
        """24 kHz, [samples]."""
        return self.speech.wave(self.place(row))

    def embedding(self, row: int, draw: np.random.Generator) -> Tensor:
        """The embedding [512] of some clip of the row's speaker."""
        clips: Tensor = self._embeddings[self.speech.rows[self.place(row)]["speaker"]]
        return clips[int(draw.integers(len(clips)))]


class MelFrames(_Frames):
    """The recordings' own mels. A row is a recording."""

    inputs = BANDS

    def __init__(self, build: Path) -> None:
        super().__init__(build)
        self._stats = torch.load(build / "mel_stats.pt", weights_only=True)
        self._mean = torch.stack([self.speech.mel(place).mean(0) for place in self.speech.split("validation")]).mean(0)

    def rows(self, split: str) -> list[int]:
        """The rows of a split."""
        return self.speech.split(split)

    def length(self, row: int) -> int:
        """Frames of a row."""
        return int(self.speech.frames(row) * RATE / MODEL_RATE)

    def frames(self, row: int) -> Tensor:
        """[80, frames]."""
        mel = ((self.speech.mel(row) - self._mean) / self._stats).T[None]
        out: Tensor = F.interpolate(mel, scale_factor=RATE / MODEL_RATE, mode="linear")[0]
        return out


class LatentFrames(_Frames):
    """What `write_latents` wrote, by the vocoder's own two interpolations. A row is an entry of that file."""

    inputs = config().model_args.decoder_input_dim

    def __init__(self, build: Path) -> None:
        super().__init__(build)
        kept = torch.load(build / "latents.pt", weights_only=True, mmap=True)
        self._latents, self._places, self._starts = kept["latents"], kept["places"].tolist(), kept["starts"].tolist()
        self._decoder = Decoder(config().model_args)

    def place(self, row: int) -> int:
        """The recording that a row is of."""
        return int(self._places[row])

    def rows(self, split: str) -> list[int]:
        """The rows of a split."""
        return [row for row, place in enumerate(self._places) if self.speech.rows[place]["split"] == split]

    def length(self, row: int) -> int:
        """Frames of a row."""
        return int((self._starts[row + 1] - self._starts[row]) * 4 * RATE / MODEL_RATE)

    def frames(self, row: int) -> Tensor:
        """[width, frames]."""
        latents = self._latents[self._starts[row] : self._starts[row + 1]]
        return self._decoder.frames(latents.float()[None])[0]
