"""Every recording as audio codes, by the trained DVAE."""

from pathlib import Path

import numpy as np
import torch

from recipes.mini.dvae import Centred
from recipes.mini.mix import SPEAKERS
from recipes.mini.model import config
from recipes.mini.parts import trained
from recipes.mini.speech import recorded
from timbre.xtts.dvae import DiscreteVae


def load_dvae(build: Path) -> tuple[DiscreteVae, torch.Tensor]:
    """The trained DVAE and the mel statistics it was trained with."""
    stats = torch.load(build / "mel_stats.pt", weights_only=True)
    dvae = Centred(DiscreteVae(config().model_args), torch.zeros_like(stats), SPEAKERS)
    dvae.load_state_dict(trained(build / "dvae")["dvae"])
    return dvae.folded().eval(), stats


@torch.inference_mode()
def write_codes(build: Path) -> None:
    """`codes.npz`: the codes of all recordings end to end, and where each begins."""
    speech = recorded(build)
    dvae, stats = load_dvae(build)
    found: dict[int, np.ndarray] = {}
    by_length: dict[int, list[int]] = {}
    for place in range(len(speech)):
        by_length.setdefault(speech.frames(place), []).append(place)
    for places in by_length.values():  # equal lengths, so that no recording hears padding
        for begin in range(0, len(places), 64):
            chosen = places[begin : begin + 64]
            mels = torch.stack([speech.mel(place) / stats for place in chosen]).transpose(1, 2)
            for place, codes in zip(chosen, dvae.codes(mels), strict=True):
                found[place] = codes.numpy().astype(np.int16)
    ordered = [found[place] for place in range(len(speech))]
    starts = np.cumsum([0, *(len(codes) for codes in ordered)])
    np.savez(build / "codes.npz", codes=np.concatenate(ordered), starts=starts)


class Codes:
    """The codes that `write_codes` wrote, by position of the recording."""

    def __init__(self, build: Path) -> None:
        kept = np.load(build / "codes.npz")
        self._codes, self._starts = kept["codes"], kept["starts"]

    def __getitem__(self, place: int) -> torch.Tensor:
        return torch.from_numpy(self._codes[self._starts[place] : self._starts[place + 1]].astype(np.int64))

    def length(self, place: int) -> int:
        """How many codes a recording has."""
        return int(self._starts[place + 1] - self._starts[place])
