"""How alike voices are, and what has no voice in it."""

from pathlib import Path

import numpy as np
import pytest
from builds import make_base

from timbre.engine.engine import Engine
from timbre.training.likeness import direction, likeness


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    make_base(folder)
    return Engine(folder, "tiny")


def test_a_voice_is_like_itself_and_too_little_of_it_like_nobody(engine: Engine, tmp_path: Path):
    def embedded(clip: np.ndarray) -> np.ndarray:
        return engine.condition([clip]).embedding

    clip = np.random.default_rng(1).normal(0, 0.1, 22_050 * 3).astype(np.float32)
    person = direction(embedded(clip))
    assert likeness(embedded, clip, person) == pytest.approx(1, abs=1e-4)
    for short in (clip[:0], clip[:100]):
        assert likeness(embedded, short, person) == 0
