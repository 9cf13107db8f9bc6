"""One piece of text on its way to sound."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from timbre.engine.sampling import Chooser
from timbre.xtts.config import ModelArgs

# Audio codes a character of text, from the recordings that `mini` was taught with: their slowest and fastest reading
# lie well inside, and what goes beyond is babble or a swallowed sentence.
FEWEST_A_CHARACTER, MOST_A_CHARACTER, MOST_BESIDE = 0.4, 4.0, 40


@dataclass(slots=True)
class Utterance:
    """What was asked, and how far it has come."""

    text: str
    text_ids: Tensor  # [length]
    latents: Tensor  # conditioning [32, width]
    speaker: Tensor  # embedding [512]
    chooser: Chooser
    fewest: int
    most: int
    codes: list[int] = field(default_factory=list)
    hidden: list[Tensor] = field(default_factory=list)  # one latent a code, [width]
    finished: bool = False

    def take(self, logits: Tensor, latent: Tensor, stop: int, start: int) -> None:
        """Choose the next code from `logits` [codes]; `latent` [width] is what it was chosen from and speaks it.

        The stop code ends the utterance and is not spoken itself.
        """
        forbidden = (start, stop) if len(self.codes) < self.fewest else (start,)
        code = self.chooser.choose(logits, forbidden)
        if code == stop:
            self.finished = True
            return
        self.codes.append(code)
        self.hidden.append(latent)
        self.finished = len(self.codes) >= self.most

    def spoken(self) -> Tensor:
        """The latents of what was said so far [1, codes, width]."""
        return torch.stack(self.hidden)[None]


def lengths(text: str, args: ModelArgs) -> tuple[int, int]:
    """The fewest and the most audio codes that a text can take."""
    heard = sum(character.isalnum() for character in text)
    most = min(int(heard * MOST_A_CHARACTER) + MOST_BESIDE, args.gpt_max_audio_tokens)
    return min(int(heard * FEWEST_A_CHARACTER), most - 1), most
