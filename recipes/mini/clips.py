"""Reference clips out of the recordings."""

import numpy as np
import torch
from torch import Tensor

from recipes.mini.speech import Speech


def speakers_of(speech: Speech, places: list[int]) -> dict[int, list[int]]:
    """The recordings among `places` of each speaker."""
    found: dict[int, list[int]] = {}
    for place in places:
        found.setdefault(speech.rows[place]["speaker"], []).append(place)
    return found


def pick_clip(speech: Speech, places: list[int], samples: int, draw: np.random.Generator) -> Tensor:
    """A stretch of `samples` at 22,050 Hz out of recordings drawn from `places` and joined."""
    parts: list[Tensor] = []
    while sum(map(len, parts)) < samples:
        parts.append(torch.from_numpy(speech.wave_22k(int(draw.choice(places)))))
    joined = torch.cat(parts)
    begin = int(draw.integers(len(joined) - samples + 1))
    return joined[begin : begin + samples]
