"""A vocoder that learns: spectra, and from some step on a rival's verdict too. What it hears is its task's to say."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from timbre.training.discriminator import Discriminator, critic_loss, rival_losses
from timbre.training.spectral import spectral_loss
from timbre.xtts.vocoder import Generator

FRAMES, HOP = 64, 256
"""Frames of a piece, .68 s, and samples that the generator makes of one."""

PASSED_WEIGHT, MATCHED_WEIGHT = 0.3, 1.0


@dataclass(slots=True, eq=False)
class Pieces:
    """What is learnt from in a step."""

    frames: Tensor  # [pieces, inputs, steps]
    speakers: Tensor  # [pieces, 512, 1]
    waves: Tensor  # [pieces, samples]
    made: Tensor = field(default_factory=lambda: torch.zeros(0))
    """What the generator made of them last, for the rival to judge."""


class Vocoding:
    """The two who play: a generator, and a discriminator whose verdict counts from step `rival_from` on."""

    def __init__(self, generator: Generator, rival_from: int) -> None:
        self.generator, self.rival, self.rival_from = generator, Discriminator(), rival_from

    def loss(self, pieces: Pieces, step: int) -> dict[str, Tensor]:
        """The generator's."""
        made = self._made(pieces)
        pieces.made = made.detach()
        spectra = spectral_loss(made, pieces.waves)
        if step < self.rival_from:
            return {"loss": spectra, "spectra": spectra}
        passed, matched = rival_losses(self.rival(pieces.waves), self.rival(made))
        loss = spectra + PASSED_WEIGHT * passed + MATCHED_WEIGHT * matched
        return {"loss": loss, "spectra": spectra, "passed": passed, "matched": matched}

    def rival_loss(self, pieces: Pieces, step: int) -> dict[str, Tensor]:
        """The discriminator's, on what the generator has just made."""
        return {"loss": critic_loss(self.rival(pieces.waves), self.rival(pieces.made))}

    def validate(self, pieces: Pieces) -> float:
        """How far spectra are away."""
        return float(spectral_loss(self._made(pieces), pieces.waves))

    def _made(self, pieces: Pieces) -> Tensor:
        made: Tensor = self.generator(pieces.frames, pieces.speakers)[:, 0].float()
        return made


def piece(frames: Tensor, wave: Tensor, first: int, count: int = FRAMES) -> tuple[Tensor, Tensor]:
    """So many of a clip's frames [inputs, steps], and their stretch of its wave [samples]."""
    cut = wave[first * HOP : (first + count) * HOP]
    return frames[:, first : first + count], F.pad(cut, (0, count * HOP - len(cut)))
