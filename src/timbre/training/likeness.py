"""How alike two voices are, by the embeddings of one speaker encoder."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.errors import ClipTooShort

Samples = NDArray[np.float32]


def direction(vector: NDArray[Any]) -> Samples:
    """A vector of length one."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)


def likeness(embedded: Callable[[Samples], NDArray[Any]], clip: Samples, person: Samples) -> float:
    """The cosine of the angle between who speaks in a clip and a person's direction; 0 where too little is said in it
    to hear a voice.

    embedded: the encoder; it raises errors.ClipTooShort.
    """
    try:
        return float(direction(embedded(clip)) @ person)
    except ClipTooShort:
        return 0.0
