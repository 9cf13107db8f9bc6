"""What a clip is said after, in training: another clip of the same person, as the model hears one when it clones."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from timbre.training.augment import varied
from timbre.training.examples import Example, Examples, Samples
from timbre.xtts.mel import conditioning_mel, log_mel
from timbre.xtts.model import Xtts

ALL = slice(None)


class Conditions:
    """Clips of one person, each as long as the pieces that the model hears a reference in."""

    def __init__(self, model: Xtts, examples: Examples, pool: Sequence[Example], augment: bool, frozen: bool) -> None:
        """frozen: the networks that hear clips do not learn, so that what they make of each is kept."""
        config = model.config
        self._gpt, self._stats, self._examples, self._pool = model.gpt, model.mel_stats, examples, pool
        self._samples = int(config.gpt_cond_chunk_len * config.model_args.input_sample_rate)
        self._spectrogram = conditioning_mel()
        self._augment, self._keeps = augment, frozen and not augment
        self._frozen = frozen
        self._kept: dict[int, Tensor] = {}
        self._lengths: dict[int, int] = {}

    def latents(self, batch: Sequence[Example], draw: np.random.Generator, mine: slice = ALL) -> Tensor:
        """Of another clip for each of a batch, [rows, 32, width]. mine: the rows that are wanted; the dice fall as if
        all were.
        """
        places = [self._other(example, draw) for example in batch]
        if self._keeps:
            return torch.stack([self._latents_of(place) for place in places[mine]])
        wanted = range(len(batch))[mine]
        cuts = [self._cut(place, draw, row in wanted) for row, place in enumerate(places)]
        mels = torch.stack([self._mel(cut) for cut in cuts[mine]])
        with torch.set_grad_enabled(not self._frozen and torch.is_grad_enabled()):
            return self._gpt.condition(mels)

    def _other(self, example: Example, draw: np.random.Generator) -> int:
        """One of the pool that is not this clip, where there is another."""
        place = int(draw.integers(len(self._pool)))
        return place if self._pool[place].file != example.file else (place + 1) % len(self._pool)

    def _latents_of(self, place: int) -> Tensor:
        if place not in self._kept:
            with torch.no_grad():
                self._kept[place] = self._gpt.condition(self._mel(self._cut(place, None))[None])[0]
        return self._kept[place]

    def _cut(self, place: int, draw: np.random.Generator | None, wanted: bool = True) -> Samples:
        """From the clip's beginning, or from anywhere in it by the dice; nothing where only they are to fall."""
        if draw is not None and not wanted and not self._augment and place in self._lengths:
            draw.integers(self._lengths[place] - self._samples + 1)
            return np.zeros(0, np.float32)
        wave = self._wave(place)
        self._lengths[place] = len(wave)
        first = 0 if draw is None else int(draw.integers(len(wave) - self._samples + 1))
        cut = wave[first : first + self._samples]
        return varied(cut, draw) if draw is not None and self._augment else cut

    def _mel(self, cut: Samples) -> Tensor:
        """[80, frames]"""
        return log_mel(self._spectrogram(torch.from_numpy(cut)[None]), self._stats.cpu())[0].to(self._stats.device)

    def _wave(self, place: int) -> Samples:
        """The clip, with those after it where it is too short."""
        parts, count = [], 0
        for step in range(64):
            parts.append(self._examples.wave(self._pool[(place + step) % len(self._pool)]))
            count += len(parts[-1])
            if count >= self._samples:
                break
        joined = np.concatenate(parts)
        return joined if count >= self._samples else np.resize(joined, self._samples)
