"""What the vocoder learns from in a fine-tune: pieces of the clips, beside what the language model, as it is by now,
would have it say them from.
"""

from collections.abc import Sequence

import numpy as np
import soxr
import torch
from torch import Tensor

from timbre.training.examples import Example, Examples
from timbre.training.vocoding import FRAMES, HOP, Pieces, piece
from timbre.xtts.model import SPEAKER_RATE, Xtts
from timbre.xtts.resample import resample

SPEAKER_S = 6.0
"""Seconds of a clip that its speaker is heard in, at the most."""

EACH, TRIED = 2, 4
"""Pieces of a clip, and places in it of which each is the loudest: what is silent would outweigh all speech, for what
is made is measured by what was wanted.
"""


class Sounding:
    """Pieces of a build's clips. Who speaks is heard, as in cloning, in another clip: one of the `pool`."""

    def __init__(self, model: Xtts, examples: Examples, pool: Sequence[Example]) -> None:
        self._decoder, self._args = model.hifigan_decoder, model.config.model_args
        self._examples, self._pool = examples, pool
        self._speakers: dict[int, Tensor] = {}

    def pieces(self, chosen: Sequence[Example], latents: Sequence[Tensor], draw: np.random.Generator) -> Pieces:
        """Some of each clip, from the latents [codes, width] of its codes."""
        wholes = [self._decoder.frames(one[None].float())[0] for one in latents]
        count = min(FRAMES, *(whole.shape[1] for whole in wholes))
        cut, speakers = [], []
        for whole, example in zip(wholes, chosen, strict=True):
            wave = self._wave(example)
            for _ in range(EACH):
                places = draw.integers(whole.shape[1] - count + 1, size=TRIED).tolist()
                first = max(places, key=lambda place: float(wave[place * HOP : (place + count) * HOP].norm()))
                cut.append(piece(whole, wave.to(whole.device), first, count))
                speakers.append(self._speaker(int(draw.integers(len(self._pool)))))
        frames, waves = (torch.stack(parts) for parts in zip(*cut, strict=True))
        return Pieces(frames, torch.stack(speakers)[:, :, None].to(frames.device), waves)

    def _wave(self, example: Example) -> Tensor:
        """At the vocoder's rate, [samples]."""
        wave = self._examples.wave(example)
        wanted = self._args.output_sample_rate
        return torch.from_numpy(np.asarray(soxr.resample(wave, self._args.input_sample_rate, wanted), np.float32))

    @torch.no_grad()
    def _speaker(self, place: int) -> Tensor:
        """Who speaks in a clip of the pool, [512]. The encoder never learns, so each is heard once."""
        if place not in self._speakers:
            rate = self._args.input_sample_rate
            wave = torch.from_numpy(self._examples.wave(self._pool[place])[: int(SPEAKER_S * rate)])
            self._speakers[place] = self._decoder.speaker_encoder(resample(wave[None], rate, SPEAKER_RATE))[0]
        return self._speakers[place]
