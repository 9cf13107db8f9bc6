"""Resampling inside the model, 22,050 → 16,000 Hz, by a windowed sinc (Smith, Digital Audio Resampling, 2002).

The speaker encoder was trained behind this very filter: low-pass width 6, roll-off .99, Hann window. Another one
moves the top mel bands by more than the model's own tolerance. Users' audio is resampled elsewhere, by a library.
"""

from functools import lru_cache
from math import ceil, gcd, pi

import torch
import torch.nn.functional as F
from torch import Tensor

WIDTH, ROLLOFF = 6, 0.99


def resample(wave: Tensor, rate: int, wanted: int) -> Tensor:
    """[batch, samples] at `rate` → [batch, ceil(samples · wanted / rate)] at `wanted`."""
    if rate == wanted:
        return wave
    divisor = gcd(rate, wanted)
    old, new = rate // divisor, wanted // divisor
    filters, reach = _filters(old, new)
    padded = F.pad(wave, (reach, reach + old))
    made = F.conv1d(padded[:, None], filters.to(wave.device), stride=old).transpose(1, 2).flatten(1)
    return made[:, : ceil(new * wave.shape[1] / old)]


@lru_cache(maxsize=4)
def _filters(old: int, new: int) -> tuple[Tensor, int]:
    """One filter for each of the `new` phases, [new, 1, taps], and how many samples they reach to the left."""
    cutoff = min(old, new) * ROLLOFF
    reach = ceil(WIDTH * old / cutoff)
    taps = torch.arange(-reach, reach + old, dtype=torch.float64)[None] / old
    phases = torch.arange(0, -new, -1, dtype=torch.float64)[:, None] / new
    time = ((taps + phases) * cutoff).clamp(-WIDTH, WIDTH)
    window = torch.cos(time * pi / WIDTH / 2).square()
    filters = torch.sinc(time) * window * (cutoff / old)
    return filters.float()[:, None], reach
